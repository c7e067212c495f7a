{{/* What the names of all objects begin with: nothing for a release that is called like its chart, else its name. */}}
{{- define "training-operator-karmada.prefix" -}}
{{- if .Values.namePrefix }}{{ .Values.namePrefix }}
{{- else if not (has .Release.Name (list "training-operator-karmada" "training-operator")) }}
{{- if gt (len .Release.Name) 24 }}{{ fail "the release's name is longer than 24, and names of objects begin with it: set namePrefix" }}{{ end -}}
{{ .Release.Name }}-
{{- end -}}
{{- end }}

{{/* The namespace: that of the release, unless the values name another one. */}}
{{- define "training-operator-karmada.namespace" -}}
{{- .Values.namespace.name | default .Release.Namespace -}}
{{- end }}

{{/* Name and version of the chart, as a label may have them. */}}
{{- define "training-operator-karmada.chart" -}}
{{- printf "training-operator-karmada-%s" .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/* Used 10 times, with root, apiVersion, kind. */}}
{{- define "training-operator-karmada.resource-selector" -}}
apiVersion: {{ $.apiVersion | quote }}
kind: {{ $.kind | quote }}
namespace: {{ include "training-operator-karmada.namespace" $.root | quote }}
labelSelector:
  matchLabels:
    app.kubernetes.io/instance: "{{ include "training-operator-karmada.prefix" $.root }}training-operator"
{{- end }}

{{/* Used 3 times, with root, syncWave: annotations, labels. */}}
{{- define "training-operator-karmada.metadata-entries" -}}
annotations:
  argocd.argoproj.io/sync-wave: {{ $.syncWave | quote }}
labels:
  app.kubernetes.io/instance: "{{ include "training-operator-karmada.prefix" $.root }}training-operator"
  app.kubernetes.io/managed-by: Helm
  app.kubernetes.io/part-of: training-operator
  {{- range $key, $value := omit $.root.Values.commonLabels "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/part-of" "helm.sh/chart" "app.kubernetes.io/version" }}
  {{ $key | quote }}: {{ $value | quote }}
  {{- end }}
  helm.sh/chart: {{ include "training-operator-karmada.chart" $.root | quote }}
  app.kubernetes.io/version: {{ $.root.Chart.AppVersion | quote }}
{{- end }}
