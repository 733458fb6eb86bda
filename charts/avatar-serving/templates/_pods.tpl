{{- /* What every Ray pod has. Called with root, role, group values. */ -}}
{{- define "avatar.rayEnv" -}}
{{- include "avatar.weightsEnv" . }}
- {name: PYTHONUNBUFFERED, value: "1"}
- {name: OMP_WAIT_POLICY, value: passive}
- {name: NUMBA_CACHE_DIR, value: /home/avatar/numba}
- {name: RAY_USAGE_STATS_ENABLED, value: "0"}
- {name: RAY_SERVE_THROUGHPUT_OPTIMIZED, value: {{ ternary "1" "0" .Values.ray.haProxy | quote }}}
- {name: RAY_SERVE_ENABLE_HA_PROXY, value: {{ ternary "1" "0" .Values.ray.haProxy | quote }}}
- {name: RAY_SERVE_DIRECT_INGRESS_MIN_DRAINING_PERIOD_S, value: "30"}
{{- end }}

{{- define "avatar.raylet" -}}
httpGet: {path: /api/local_raylet_healthz, port: 52365}
timeoutSeconds: 5
periodSeconds: 10
{{- end }}

{{- define "avatar.workerPod" -}}
{{- $root := .root -}}{{- $g := .group -}}{{- $gateway := eq .role "gateway" -}}
metadata:
  labels:
    {{- include "avatar.selector" $root | nindent 4 }}
    avatar-serving/role: {{ .role }}
  annotations:
    avatar-serving/engines: {{ include "avatar.engines" $root }}
spec:
  {{- $jobs := and $gateway $root.Values.jobs.enabled }}
  serviceAccountName: {{ include "avatar.name" $root }}-{{ ternary "jobs" "worker" $jobs }}
  automountServiceAccountToken: {{ $jobs }}
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ include "avatar.grace" $root }}
  securityContext:
    {{- include "avatar.podSecurity" $root | nindent 4 }}
  {{- with $root.Values.image.pullSecrets }}
  imagePullSecrets: {{ toJson . }}
  {{- end }}
  {{- with $g.runtimeClassName }}
  runtimeClassName: {{ . }}
  {{- end }}
  {{- with $g.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with $g.nodeSelector }}
  nodeSelector: {{ toJson . }}
  {{- end }}
  {{- with $g.tolerations }}
  tolerations: {{ toJson . }}
  {{- end }}
  {{- with $g.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- range . }}
    - {{ toJson (mustMerge . (dict "labelSelector" (dict "matchLabels" (fromYaml (include "avatar.selector" $root))))) }}
    {{- end }}
  {{- end }}
  {{- if and $gateway (include "avatar.volume" $root) }}
  # The volume is one node's. During an upgrade the old gateway and the new one share it.
  affinity:
    podAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        - topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- include "avatar.selector" $root | nindent 14 }}
              avatar-serving/role: gateway
  {{- end }}
  initContainers:
    - {{- include "avatar.pullContainer" $root | nindent 6 }}
  containers:
    - name: ray-worker
      image: {{ include "avatar.image" $root }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      env:
        {{- include "avatar.rayEnv" $root | nindent 8 }}
        - {name: AVATAR_METRICS_ADDRESS, value: "0.0.0.0:8081"}
        {{- with $root.Values.monitoring.otlpEndpoint }}
        - {name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ . | quote }}}
        {{- end }}
        {{- if $gateway }}
        - {name: AVATAR_DATA, value: /data}
        {{- end }}
        {{- if $jobs }}
        - {name: AVATAR_JOB_PODS, value: /etc/avatar-jobs/pods.yaml}
        {{- end }}
        {{- with include (ternary "avatar.storeEnv" "avatar.bucketEnv" $gateway) $root | trim }}
        {{- . | nindent 8 }}
        {{- end }}
        {{- with $g.env }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        - {name: serve, containerPort: 8000}
        - {name: metrics, containerPort: 8080}
        - {name: replicas, containerPort: 8081}
      {{- $resources := deepCopy $g.resources }}
      {{- if $g.gpus }}
      {{- $_ := set $resources "limits" (mustMerge (dict ($g.gpuResource | default "nvidia.com/gpu") $g.gpus) ($resources.limits | default dict)) }}
      {{- end }}
      resources: {{ toJson $resources }}
      securityContext:
        {{- include "avatar.security" $root | nindent 8 }}
      startupProbe:
        {{- include "avatar.raylet" $root | nindent 8 }}
        failureThreshold: {{ div (add $root.Values.probes.startupSeconds 9) 10 }}
      livenessProbe:
        {{- include "avatar.raylet" $root | nindent 8 }}
        failureThreshold: 6
      # Answered by a gateway whose models are loaded, through the proxy of this node.
      readinessProbe:
        httpGet: {path: {{ ternary "/healthz" "/readyz" (eq $root.Values.probes.whenFull "ready") }}, port: serve}
        timeoutSeconds: 5
        periodSeconds: 5
        failureThreshold: 3
      {{- if $gateway }}
      lifecycle:
        preStop:
          exec:
            command: {{ include "avatar.drain" $root }}
      {{- end }}
      volumeMounts:
        {{- include "avatar.weightsMounts" $root | nindent 8 }}
        - {name: metrics, mountPath: /metrics}
        {{- if $gateway }}
        - {name: data, mountPath: /data}
        - {name: api-key, mountPath: /etc/avatar-key, readOnly: true}
        {{- end }}
        {{- if $jobs }}
        - {name: jobs, mountPath: /etc/avatar-jobs, readOnly: true}
        {{- end }}
  volumes:
    {{- include "avatar.weightsVolumes" $root | nindent 4 }}
    - name: metrics
      emptyDir: {medium: Memory, sizeLimit: 64Mi}
    {{- if $jobs }}
    - name: jobs
      configMap: {name: {{ include "avatar.name" $root }}-jobs}
    {{- end }}
    {{- if $gateway }}
    - name: api-key
      secret: {secretName: {{ include "avatar.keySecret" $root }}, items: [{key: api-key, path: chart}]}
    - name: data
      {{- if include "avatar.volume" $root }}
      persistentVolumeClaim: {claimName: {{ $root.Values.store.existingClaim | default (printf "%s-data" (include "avatar.name" $root)) }}}
      {{- else }}
      emptyDir: {}
      {{- end }}
    {{- end }}
{{- end }}

{{- define "avatar.headPod" -}}
metadata:
  labels:
    {{- include "avatar.selector" . | nindent 4 }}
    avatar-serving/role: head
spec:
  serviceAccountName: {{ include "avatar.name" . }}-head
  automountServiceAccountToken: {{ .Values.autoscaling.enabled }}
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ include "avatar.grace" . }}
  securityContext:
    {{- include "avatar.podSecurity" . | nindent 4 }}
  {{- with .Values.image.pullSecrets }}
  imagePullSecrets: {{ toJson . }}
  {{- end }}
  {{- with .Values.head.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .Values.head.nodeSelector }}
  nodeSelector: {{ toJson . }}
  {{- end }}
  {{- with .Values.head.tolerations }}
  tolerations: {{ toJson . }}
  {{- end }}
  affinity:
    nodeAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
        - weight: 100
          preference:
            matchExpressions:
              - {key: nvidia.com/gpu.present, operator: DoesNotExist}
  containers:
    - name: ray-head
      image: {{ include "avatar.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      env:
        {{- include "avatar.rayEnv" . | nindent 8 }}
      ports:
        - {name: gcs, containerPort: 6379}
        - {name: dashboard, containerPort: 8265}
        - {name: client, containerPort: 10001}
        - {name: metrics, containerPort: 8080}
        - {name: serve, containerPort: 8000}
      resources: {{ toJson .Values.head.resources }}
      securityContext:
        {{- include "avatar.security" . | nindent 8 }}
      startupProbe:
        {{- include "avatar.raylet" . | nindent 8 }}
        failureThreshold: {{ div (add .Values.probes.startupSeconds 9) 10 }}
      livenessProbe:
        httpGet: {path: /api/gcs_healthz, port: dashboard}
        timeoutSeconds: 10
        periodSeconds: 10
        failureThreshold: 12
      readinessProbe:
        httpGet: {path: /api/gcs_healthz, port: dashboard}
        timeoutSeconds: 5
        periodSeconds: 5
        failureThreshold: 10
      volumeMounts:
        - {name: home, mountPath: /home/avatar}
        - {name: tmp, mountPath: /tmp}
  volumes:
    - name: home
      emptyDir: {}
    - name: tmp
      emptyDir: {}
{{- end }}
