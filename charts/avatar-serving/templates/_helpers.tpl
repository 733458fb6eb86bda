{{- define "avatar.name" -}}
{{- $n := ternary .Release.Name (printf "%s-avatar" .Release.Name) (contains "avatar" .Release.Name) -}}
{{- $n | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- define "avatar.selector" -}}
app.kubernetes.io/name: avatar-serving
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "avatar.labels" -}}
{{ include "avatar.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "avatar.image" -}}
{{- $i := .Values.image -}}
{{- $path := ternary (printf "%s/%s" $i.registry $i.repository) $i.repository (ne $i.registry "") -}}
{{- if $i.digest }}{{ $path }}@{{ $i.digest }}{{ else }}{{ $path }}:{{ $i.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{- /* The profile as it is served: what the values say, and what follows from them. */ -}}
{{- define "avatar.profile" -}}
{{- $p := deepCopy .Values.profile -}}
{{- $_ := set $p "limits" (mustMerge (dict "session_s" .Values.session.maxDuration) ($p.limits | default dict)) -}}
{{- $_ := set $p "gateway_resources" (dict "gateway" 0.01) -}}
{{- $_ := set $p "gateways" (.Values.gateway.replicas | int) -}}
{{- toYaml $p -}}
{{- end }}

{{- /* Changes that need other weights or other pods; limits and the like are changed in place. */ -}}
{{- define "avatar.engines" -}}
{{- omit .Values.profile "limits" "conversation" "rails" "memory" "placement" "voice" "gateway_scaling" | toJson | sha256sum -}}
{{- end }}

{{- define "avatar.keySecret" -}}
{{ .Values.api.existingSecret | default (printf "%s-api-key" (include "avatar.name" .)) }}
{{- end }}

{{- /* KubeRay makes and names it. */ -}}
{{- define "avatar.serveService" -}}
{{ include "avatar.name" . }}-serve-svc
{{- end }}

{{- define "avatar.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "avatar.security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: {drop: [ALL]}
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "avatar.weightsEnv" -}}
- {name: HOME, value: /home/avatar}
- {name: AVATAR_CACHE, value: /weights}
{{- if .Values.weights.inImage }}
- {name: AVATAR_WEIGHTS_MIRROR, value: /opt/weights/blobs}
{{- else if .Values.weights.mirror }}
- {name: AVATAR_WEIGHTS_MIRROR, value: /mirror}
{{- end }}
{{- if .Values.weights.commercial }}
- {name: AVATAR_LICENCE, value: commercial}
{{- end }}
{{- end }}

{{- define "avatar.weightsVolumes" -}}
- name: profile
  configMap: {name: {{ include "avatar.name" . }}-profile}
- name: weights
  {{- if eq .Values.weights.cache "emptyDir" }}
  emptyDir: {sizeLimit: {{ .Values.weights.size }}}
  {{- else }}
  persistentVolumeClaim: {claimName: {{ .Values.weights.existingClaim | default (printf "%s-weights" (include "avatar.name" .)) }}}
  {{- end }}
{{- with .Values.weights.mirror }}
- name: mirror
  {{- toYaml . | nindent 2 }}
{{- end }}
- name: home
  emptyDir: {}
- name: tmp
  emptyDir: {}
{{- end }}

{{- define "avatar.weightsMounts" -}}
- {name: profile, mountPath: /etc/avatar-serving, readOnly: true}
- {name: weights, mountPath: /weights}
{{- if .Values.weights.mirror }}
- {name: mirror, mountPath: /mirror, readOnly: true}
{{- end }}
- {name: home, mountPath: /home/avatar}
- {name: tmp, mountPath: /tmp}
{{- end }}

{{- define "avatar.pullContainer" -}}
name: weights
image: {{ include "avatar.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
command: [avatar-serving, weights, pull, --profile, /etc/avatar-serving/profile.yaml]
env:
  {{- include "avatar.weightsEnv" . | nindent 2 }}
resources:
  requests: {cpu: 500m, memory: 1Gi}
  limits: {memory: 3Gi}
securityContext:
  {{- include "avatar.security" . | nindent 2 }}
volumeMounts:
  {{- include "avatar.weightsMounts" . | nindent 2 }}
{{- end }}

{{- define "avatar.namespace" -}}
{{- if . }}{matchLabels: {kubernetes.io/metadata.name: {{ . }}}}{{ else }}{}{{ end }}
{{- end }}

{{- /* Gateways that load may bring about; each has a pod of its own. */ -}}
{{- define "avatar.mostGateways" -}}
{{- (.Values.profile.gateway_scaling | default dict).most | default .Values.gateway.replicas | int -}}
{{- end }}

{{- /* The port of an address: http://host:port/path. */ -}}
{{- define "avatar.port" -}}
{{- $url := urlParse . -}}
{{- regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (ternary "80" "443" (eq $url.scheme "http")) -}}
{{- end }}

{{- /* Whether the gateway keeps something on a volume. */ -}}
{{- define "avatar.volume" -}}
{{- if and .Values.store.persistence (not (and .Values.store.database.secret .Values.store.s3.bucket)) }}yes{{ end -}}
{{- end }}

{{- /* Where a gateway finds the database and the bucket. */ -}}
{{- define "avatar.storeEnv" -}}
{{- $store := .Values.store -}}
{{- with $store.database.secret }}
- name: AVATAR_DATABASE_URL
  valueFrom: {secretKeyRef: {name: {{ . }}, key: url}}
{{- end }}
{{- with $store.keySecret }}
- name: AVATAR_STORE_KEY
  valueFrom: {secretKeyRef: {name: {{ . }}, key: store-key}}
{{- end }}
{{- include "avatar.bucketEnv" . }}
{{- end }}

{{- /* Where stages find trained adapters, and gateways all files. */ -}}
{{- define "avatar.bucketEnv" -}}
{{- $store := .Values.store -}}
{{- if $store.s3.bucket }}
- {name: AVATAR_S3_BUCKET, value: {{ $store.s3.bucket | quote }}}
{{- range $name, $value := dict "AVATAR_S3_ENDPOINT" $store.s3.endpoint "AVATAR_S3_PREFIX" $store.s3.prefix "AWS_DEFAULT_REGION" $store.s3.region }}
{{- if $value }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}
{{- with $store.s3.secret }}
- name: AWS_ACCESS_KEY_ID
  valueFrom: {secretKeyRef: {name: {{ . }}, key: access-key-id}}
- name: AWS_SECRET_ACCESS_KEY
  valueFrom: {secretKeyRef: {name: {{ . }}, key: secret-access-key}}
{{- end }}
{{- end }}
{{- end }}

{{- /* One gateway waits for its sessions to end, because nobody could go on with them. */ -}}
{{- define "avatar.drain" -}}
{{- if gt (.Values.gateway.replicas | int) 1 -}}
[env, PROMETHEUS_MULTIPROC_DIR=/metrics, avatar-serving, drain, --limit-s, "120"]
{{- else -}}
[env, PROMETHEUS_MULTIPROC_DIR=/metrics, avatar-serving, drain, --stay, --limit-s, {{ .Values.session.maxDuration | quote }}]
{{- end -}}
{{- end }}
