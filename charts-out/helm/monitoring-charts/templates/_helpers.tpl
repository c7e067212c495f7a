{{/* What the names of all objects begin with: nothing for a release that is called like its chart, else its name. */}}
{{- define "monitoring-charts.prefix" -}}
{{- if .Values.namePrefix }}{{ .Values.namePrefix }}
{{- else if not (has .Release.Name (list "monitoring-charts" "monitoring")) }}
{{- if gt (len .Release.Name) 24 }}{{ fail "the release's name is longer than 24, and names of objects begin with it: set namePrefix" }}{{ end -}}
{{ .Release.Name }}-
{{- end -}}
{{- end }}

{{/* The namespace: that of the release, unless the values name another one. */}}
{{- define "monitoring-charts.namespace" -}}
{{- .Values.namespace.name | default .Release.Namespace -}}
{{- end }}

{{/* A text, or the number that was given in its place, whole. */}}
{{- define "monitoring-charts.text" -}}
{{- toJson . | trimAll "\"" -}}
{{- end }}

{{/* Name and version of the chart, as a label may have them. */}}
{{- define "monitoring-charts.chart" -}}
{{- printf "monitoring-charts-%s" .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/* Used 4 times. */}}
{{- define "monitoring-charts.labels" -}}
app.kubernetes.io/instance: "{{ include "monitoring-charts.prefix" . }}monitoring"
app.kubernetes.io/managed-by: Helm
app.kubernetes.io/part-of: monitoring
{{- range $key, $value := omit .Values.commonLabels "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/part-of" "helm.sh/chart" "app.kubernetes.io/version" }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
helm.sh/chart: {{ include "monitoring-charts.chart" . | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}
