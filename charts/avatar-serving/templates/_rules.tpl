{{- /* An SLO on voice to voice and one on answers, each burning fast and slowly (two windows each). */ -}}
{{- define "avatar.rules" -}}
{{- $selector := printf "namespace=%q" .Release.Namespace -}}
{{- $budget := subf 1.0 .Values.slo.objective -}}
{{- $le := .Values.slo.voiceToVoiceSeconds -}}
groups:
  - name: avatar-serving.recording
    interval: 30s
    rules:
      {{- range list "5m" "30m" "1h" "6h" }}
      - record: avatar:voice_to_voice_late:ratio_{{ . }}
        expr: >-
          1 - sum by (namespace) (rate(avatar_voice_to_voice_seconds_bucket{ {{- $selector }}, le="{{ printf "%.1f" ($le | float64) }}"}[{{ . }}]))
          / (sum by (namespace) (rate(avatar_voice_to_voice_seconds_count{ {{- $selector -}} }[{{ . }}])) > 0)
      - record: avatar:answers_failed:ratio_{{ . }}
        expr: >-
          (sum by (namespace) (rate(avatar_turns_total{ {{- $selector }}, status="failed"}[{{ . }}])) or
          0 * sum by (namespace) (rate(avatar_turns_total{ {{- $selector -}} }[{{ . }}])))
          / (sum by (namespace) (rate(avatar_turns_total{ {{- $selector -}} }[{{ . }}])) > 0)
      {{- end }}
      - record: avatar:voice_to_voice_seconds:p95_5m
        expr: histogram_quantile(0.95, sum by (namespace, le) (rate(avatar_voice_to_voice_seconds_bucket{ {{- $selector -}} }[5m])))
  - name: avatar-serving.alerts
    rules:
      {{- range $name, $ratio := dict "VoiceToVoice" "voice_to_voice_late" "Answers" "answers_failed" }}
      - alert: Avatar{{ $name }}BudgetBurnsFast
        expr: avatar:{{ $ratio }}:ratio_1h{ {{- $selector -}} } > {{ mulf 14.4 $budget }} and avatar:{{ $ratio }}:ratio_5m{ {{- $selector -}} } > {{ mulf 14.4 $budget }}
        for: 2m
        labels: {severity: critical}
        annotations:
          summary: {{ printf "%s: two percent of the month's error budget went in an hour" $name | quote }}
      - alert: Avatar{{ $name }}BudgetBurns
        expr: avatar:{{ $ratio }}:ratio_6h{ {{- $selector -}} } > {{ mulf 6 $budget }} and avatar:{{ $ratio }}:ratio_30m{ {{- $selector -}} } > {{ mulf 6 $budget }}
        for: 15m
        labels: {severity: warning}
        annotations:
          summary: {{ printf "%s: five percent of the month's error budget went in six hours" $name | quote }}
      {{- end }}
      - alert: AvatarSessionsRefused
        expr: sum by (namespace) (rate(avatar_refused_total{ {{- $selector }}, code="overloaded"}[10m])) > 0
        for: 10m
        labels: {severity: warning}
        annotations:
          summary: All places are taken and users are refused
      - alert: AvatarStageFails
        expr: sum by (namespace, stage) (rate(avatar_stage_errors_total{ {{- $selector }}, code=~"internal|stage_failed"}[10m])) > 0.05
        for: 10m
        labels: {severity: warning}
        annotations:
          summary: "Stage {{ `{{ $labels.stage }}` }} fails again and again"
      - alert: AvatarEngineStandsIn
        expr: sum by (namespace, stage) (rate(avatar_stood_in_total{ {{- $selector -}} }[5m])) > 0
        for: 5m
        labels: {severity: warning}
        annotations:
          summary: "Stage {{ `{{ $labels.stage }}` }} has no replica; an engine of the gateway stands in"
      - alert: AvatarGatewayGone
        expr: absent(avatar_sessions{ {{- $selector -}} })
        for: 5m
        labels: {severity: critical}
        annotations:
          summary: No gateway tells Prometheus anything
{{- end }}
