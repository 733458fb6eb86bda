{{- /* What a schema cannot say: values that contradict each other. */ -}}
{{- define "avatar.grace" -}}
{{- if kindIs "invalid" .Values.terminationGracePeriodSeconds }}{{ add .Values.session.maxDuration 60 }}{{ else }}{{ .Values.terminationGracePeriodSeconds | int64 }}{{ end }}
{{- end }}

{{- define "avatar.deletionDelay" -}}
{{- if kindIs "invalid" .Values.upgrade.deletionDelaySeconds }}{{ add .Values.session.maxDuration 60 }}{{ else }}{{ .Values.upgrade.deletionDelaySeconds | int64 }}{{ end }}
{{- end }}

{{- define "avatar.checks" -}}
{{- $longest := .Values.session.maxDuration | int64 -}}
{{- with (.Values.profile.limits | default dict).session_s -}}
{{- if ne (. | int64) $longest }}{{ fail (printf "profile.limits.session_s (%v) contradicts session.maxDuration (%v): set only the latter" . $longest) }}{{ end -}}
{{- end -}}
{{- if lt (include "avatar.grace" . | int64) (add $longest 30 | int64) }}{{ fail (printf "terminationGracePeriodSeconds must be at least session.maxDuration + 30 (%d): sessions would be cut" (add $longest 30)) }}{{ end -}}
{{- if lt (include "avatar.deletionDelay" . | int64) $longest }}{{ fail (printf "upgrade.deletionDelaySeconds must be at least session.maxDuration (%d): sessions would be cut" $longest) }}{{ end -}}
{{- $groups := dict "gateway" true -}}
{{- range .Values.workerGroups -}}
{{- if hasKey $groups .name }}{{ fail (printf "workerGroups: two groups are named %q" .name) }}{{ end -}}
{{- $_ := set $groups .name true -}}
{{- if gt (.minReplicas | int64) (.maxReplicas | int64) }}{{ fail (printf "workerGroups %q: minReplicas %v is over maxReplicas %v" .name .minReplicas .maxReplicas) }}{{ end -}}
{{- if and (not $.Values.autoscaling.enabled) (ne (.minReplicas | int64) (.maxReplicas | int64)) }}{{ fail (printf "workerGroups %q: minReplicas and maxReplicas differ, but autoscaling.enabled is false" .name) }}{{ end -}}
{{- end -}}
{{- range $stage, $place := .Values.profile.placement -}}
{{- $least := dig "min_replicas" 1 $place | int64 -}}
{{- $most := dig "max_replicas" 1 $place | int64 -}}
{{- if gt $least $most }}{{ fail (printf "profile.placement.%s: min_replicas %d is over max_replicas %d" $stage $least $most) }}{{ end -}}
{{- range $resource, $_ := $place.resources -}}
{{- if not (hasKey $groups $resource) }}{{ fail (printf "profile.placement.%s: no worker group is named %q" $stage $resource) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- $gateways := include "avatar.mostGateways" . | int -}}
{{- if gt (.Values.gateway.replicas | int) $gateways }}{{ fail (printf "gateway.replicas (%v) is over profile.gateway_scaling.most (%d)" .Values.gateway.replicas $gateways) }}{{ end -}}
{{- if and (gt $gateways (.Values.gateway.replicas | int)) (not .Values.autoscaling.enabled) }}{{ fail "profile.gateway_scaling: more gateways need more pods, which autoscaling.enabled lets Ray add" }}{{ end -}}
{{- if and (gt $gateways 1) (not (and .Values.store.database.secret .Values.store.s3.bucket)) }}{{ fail "gateway.replicas, profile.gateway_scaling: more than one gateway share store.database.secret and store.s3.bucket; SQLite and a folder belong to one" }}{{ end -}}
{{- if and .Values.store.s3.secret (not .Values.store.s3.bucket) }}{{ fail "store.s3.secret: for which bucket?" }}{{ end -}}
{{- if hasKey .Values.profile "gateway_resources" }}{{ fail "profile.gateway_resources is set by the chart" }}{{ end -}}
{{- if and .Values.weights.inImage .Values.weights.mirror }}{{ fail "weights.inImage and weights.mirror: weights come from one of them" }}{{ end -}}
{{- if and .Values.weights.job (ne .Values.weights.cache "persistentVolumeClaim") }}{{ fail "weights.job fills a volume: set weights.cache to persistentVolumeClaim" }}{{ end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.host) }}{{ fail "ingress.host: whose address?" }}{{ end -}}
{{- if and .Values.gatewayApi.enabled (not .Values.gatewayApi.parentRefs) }}{{ fail "gatewayApi.parentRefs: which Gateway?" }}{{ end -}}
{{- if and .Values.ray.redis.address (not .Values.ray.redis.passwordSecret) }}{{ fail "ray.redis.passwordSecret: the cluster's state is not kept in a Redis without a password" }}{{ end -}}
{{- if and (eq .Values.api.keys "off") (or .Values.ingress.enabled .Values.gatewayApi.enabled) }}{{ fail "api.keys off with a way in from outside: anybody could use it" }}{{ end -}}
{{- end }}
