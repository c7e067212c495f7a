{{/* What the names of all objects begin with: nothing for a release that is called like its chart, else its name. */}}
{{- define "training-operator.prefix" -}}
{{- if .Values.namePrefix }}{{ .Values.namePrefix }}
{{- else if not (has .Release.Name (list "training-operator")) }}
{{- if gt (len .Release.Name) 24 }}{{ fail "the release's name is longer than 24, and names of objects begin with it: set namePrefix" }}{{ end -}}
{{ .Release.Name }}-
{{- end -}}
{{- end }}

{{/* The namespace: that of the release, unless the values name another one. */}}
{{- define "training-operator.namespace" -}}
{{- .Values.namespace.name | default .Release.Namespace -}}
{{- end }}

{{/* The reference of an image; what it leaves empty comes from the settings of all images. */}}
{{- define "training-operator.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- with ($root.Values.global).imageRegistry | default $image.registry | default $root.Values.images.registry }}{{ . }}/{{ end -}}
{{ $image.repository }}:{{ $image.tag | default (include "training-operator.image-tag" $root) }}
{{- with $image.digest }}@{{ . }}{{ end -}}
{{- end }}

{{/* The registry of our own images. */}}
{{- define "training-operator.image-registry" -}}
{{- (.Values.global).imageRegistry | default .Values.images.registry -}}
{{- end }}

{{/* The version of our own images: the chart's, unless the values name another one. */}}
{{- define "training-operator.image-tag" -}}
{{- .Values.images.tag | default .Chart.AppVersion -}}
{{- end }}

{{/* A text, or the number that was given in its place, whole. */}}
{{- define "training-operator.text" -}}
{{- toJson . | trimAll "\"" -}}
{{- end }}

{{/* Name and version of the chart, as a label may have them. */}}
{{- define "training-operator.chart" -}}
{{- printf "training-operator-%s" .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/* A mark of these contents: pods that read a ConfigMap are rolled when it changes, and a Job becomes another one. */}}
{{- define "training-operator.checksum" -}}
{{- $root := index . 0 -}}
{{- $data := dict -}}
{{- range rest . }}{{ $data = merge $data (include (print "training-operator." .) $root | fromYaml) }}{{ end -}}
{{- $data | toRawJson | sha256sum | trunc 16 -}}
{{- end }}

{{/* Used 19 times, with root, syncWave: annotations, namespace. */}}
{{- define "training-operator.metadata-entries" -}}
annotations:
  argocd.argoproj.io/sync-wave: {{ $.syncWave | quote }}
namespace: {{ include "training-operator.namespace" $.root | quote }}
{{- end }}

{{/* Used 12 times. */}}
{{- define "training-operator.labels" -}}
app.kubernetes.io/instance: "{{ include "training-operator.prefix" . }}training-operator"
app.kubernetes.io/managed-by: Helm
app.kubernetes.io/part-of: training-operator
{{- range $key, $value := omit .Values.commonLabels "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/part-of" "helm.sh/chart" "app.kubernetes.io/version" }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
helm.sh/chart: {{ include "training-operator.chart" . | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{/* Used 12 times. */}}
{{- define "training-operator.epoch" -}}
format: int64
minimum: 0
type: integer
{{- end }}

{{/* Used 10 times, with root, resources, verbs, verbs2: resources, verbs. */}}
{{- define "training-operator.rules-entries" -}}
resources:
  - {{ $.resources | quote }}
verbs:
  - {{ $.verbs | quote }}
  - {{ $.verbs2 | quote }}
{{- end }}

{{/* Used 9 times, with root, app, component. */}}
{{- define "training-operator.metadata-labels" -}}
app: {{ $.app | quote }}
app.kubernetes.io/component: {{ $.component | quote }}
app.kubernetes.io/instance: "{{ include "training-operator.prefix" $.root }}training-operator"
app.kubernetes.io/managed-by: Helm
app.kubernetes.io/name: {{ $.app | quote }}
app.kubernetes.io/part-of: training-operator
{{- range $key, $value := omit $.root.Values.commonLabels "app" "app.kubernetes.io/component" "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/name" "app.kubernetes.io/part-of" "helm.sh/chart" "app.kubernetes.io/version" }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
helm.sh/chart: {{ include "training-operator.chart" $.root | quote }}
app.kubernetes.io/version: {{ $.root.Chart.AppVersion | quote }}
{{- end }}
