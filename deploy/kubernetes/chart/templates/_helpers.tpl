{{- define "antiphon.name" -}}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{- end }}

{{- define "antiphon.labels" -}}
app.kubernetes.io/name: antiphon
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "antiphon.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: {{ add .Values.drain.endpointSeconds .Values.drain.longestStreamSeconds 15 }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "antiphon.containerSecurity" -}}
image: {{ printf "%s:%s" .Values.image.repository .Values.image.tag | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{- define "antiphon.voicesVolume" -}}
{{- if .Values.voices.claim }}
- {name: voices, persistentVolumeClaim: {claimName: {{ .Values.voices.claim }}, readOnly: true}}
{{- end }}
{{- end }}

{{- define "antiphon.voicesMount" -}}
{{- if .Values.voices.claim }}
- {name: voices, mountPath: {{ .Values.voices.path }}, readOnly: true}
{{- end }}
{{- end }}
