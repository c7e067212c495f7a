{{/* What the names of all objects begin with: nothing for a release that is called like its chart, else its name. */}}
{{- define "ml-platform-karmada.prefix" -}}
{{- if .Values.namePrefix }}{{ .Values.namePrefix }}
{{- else if not (has .Release.Name (list "ml-platform-karmada" "ml-platform")) }}
{{- if gt (len .Release.Name) 24 }}{{ fail "the release's name is longer than 24, and names of objects begin with it: set namePrefix" }}{{ end -}}
{{ .Release.Name }}-
{{- end -}}
{{- end }}

{{/* Name and version of the chart, as a label may have them. */}}
{{- define "ml-platform-karmada.chart" -}}
{{- printf "ml-platform-karmada-%s" .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/* Used 9 times. */}}
{{- define "ml-platform-karmada.labels" -}}
app.kubernetes.io/instance: "{{ include "ml-platform-karmada.prefix" . }}ml-platform"
app.kubernetes.io/managed-by: Helm
app.kubernetes.io/part-of: ml-platform
{{- range $key, $value := omit .Values.commonLabels "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/part-of" "helm.sh/chart" "app.kubernetes.io/version" }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
helm.sh/chart: {{ include "ml-platform-karmada.chart" . | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{/* Used 5 times. */}}
{{- define "ml-platform-karmada.verbs" -}}
- get
- list
- watch
- create
- patch
- delete
{{- end }}

{{/* Used 3 times. */}}
{{- define "ml-platform-karmada.subject" -}}
name: {{ .Values.karmada.identity.user | quote }}
{{- if eq .Values.karmada.identity.type "certificate" }}
apiGroup: rbac.authorization.k8s.io
kind: User
{{- else }}
kind: ServiceAccount
namespace: {{ .Values.karmada.identity.namespace | quote }}
{{- end }}
{{- end }}
