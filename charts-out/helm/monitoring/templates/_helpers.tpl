{{/* What the names of all objects begin with: nothing for a release that is called like its chart, else its name. */}}
{{- define "monitoring.prefix" -}}
{{- if .Values.namePrefix }}{{ .Values.namePrefix }}
{{- else if not (has .Release.Name (list "monitoring")) }}
{{- if gt (len .Release.Name) 24 }}{{ fail "the release's name is longer than 24, and names of objects begin with it: set namePrefix" }}{{ end -}}
{{ .Release.Name }}-
{{- end -}}
{{- end }}

{{/* The namespace: that of the release, unless the values name another one. */}}
{{- define "monitoring.namespace" -}}
{{- .Values.namespace.name | default .Release.Namespace -}}
{{- end }}

{{/* The reference of an image; what it leaves empty comes from the settings of all images. */}}
{{- define "monitoring.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- with ($root.Values.global).imageRegistry | default $image.registry | default $root.Values.images.registry }}{{ . }}/{{ end -}}
{{ $image.repository }}:{{ $image.tag | default (include "monitoring.image-tag" $root) }}
{{- with $image.digest }}@{{ . }}{{ end -}}
{{- end }}

{{/* The version of our own images: the chart's, unless the values name another one. */}}
{{- define "monitoring.image-tag" -}}
{{- .Values.images.tag | default .Chart.AppVersion -}}
{{- end }}

{{/* A text, or the number that was given in its place, whole. */}}
{{- define "monitoring.text" -}}
{{- toJson . | trimAll "\"" -}}
{{- end }}

{{/* Name and version of the chart, as a label may have them. */}}
{{- define "monitoring.chart" -}}
{{- printf "monitoring-%s" .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/* Used 37 times, with root, syncWave: annotations, namespace. */}}
{{- define "monitoring.metadata-entries" -}}
annotations:
  argocd.argoproj.io/sync-wave: {{ $.syncWave | quote }}
namespace: {{ include "monitoring.namespace" $.root | quote }}
{{- end }}

{{/* Used 34 times. */}}
{{- define "monitoring.labels" -}}
app.kubernetes.io/instance: "{{ include "monitoring.prefix" . }}monitoring"
app.kubernetes.io/managed-by: Helm
app.kubernetes.io/part-of: monitoring
{{- range $key, $value := omit .Values.commonLabels "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/part-of" "helm.sh/chart" "app.kubernetes.io/version" }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
helm.sh/chart: {{ include "monitoring.chart" . | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{/* Used 12 times, with root, name. */}}
{{- define "monitoring.pod-selector" -}}
matchLabels:
  app.kubernetes.io/instance: {{ $.root.Values.prometheusStack.release | quote }}
  app.kubernetes.io/name: {{ $.name | quote }}
{{- end }}

{{/* Used 9 times, with root, app. */}}
{{- define "monitoring.metadata-labels" -}}
app: {{ $.app | quote }}
app.kubernetes.io/component: check
app.kubernetes.io/instance: "{{ include "monitoring.prefix" $.root }}monitoring"
app.kubernetes.io/managed-by: Helm
app.kubernetes.io/name: {{ $.app | quote }}
app.kubernetes.io/part-of: monitoring
{{- range $key, $value := omit $.root.Values.commonLabels "app" "app.kubernetes.io/component" "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/name" "app.kubernetes.io/part-of" "helm.sh/chart" "app.kubernetes.io/version" }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
helm.sh/chart: {{ include "monitoring.chart" $.root | quote }}
app.kubernetes.io/version: {{ $.root.Chart.AppVersion | quote }}
{{- end }}

{{/* Used 7 times. */}}
{{- define "monitoring.annotations" -}}
argocd.argoproj.io/sync-wave: "1"
helm.sh/hook: test
helm.sh/hook-weight: "0"
helm.sh/hook-delete-policy: "before-hook-creation,hook-succeeded"
{{- end }}

{{/* Used 7 times, with root, alert, for, severity: alert, for, labels. */}}
{{- define "monitoring.rules-entries" -}}
alert: {{ $.alert | quote }}
for: {{ $.for | quote }}
labels:
  severity: {{ $.severity | quote }}
{{- end }}

{{/* Used 5 times. */}}
{{- define "monitoring.egress" -}}
- ports:
    - port: {{ int .Values.isolation.dnsPort }}
      protocol: UDP
    - port: {{ int .Values.isolation.dnsPort }}
      protocol: TCP
  to:
    {{- if not ((ternary .Values.isolation.dnsLabels (fromJson "{\"k8s-app\":\"kube-dns\"}") (hasKey .Values.isolation "dnsLabels"))) }}
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ .Values.isolation.dnsNamespace | quote }}
      podSelector:
        matchLabels: {}
    {{- else }}
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ .Values.isolation.dnsNamespace | quote }}
      podSelector:
        matchLabels:
          {{- toYaml (ternary .Values.isolation.dnsLabels (fromJson "{\"k8s-app\":\"kube-dns\"}") (hasKey .Values.isolation "dnsLabels")) | nindent 10 }}
    {{- end }}
    {{- range .Values.isolation.dnsCidrs }}
    - ipBlock:
        cidr: {{ . | quote }}
    {{- end }}
{{- end }}

{{/* Used 5 times, with root, port. */}}
{{- define "monitoring.ingress" -}}
from:
  - podSelector:
      matchLabels:
        app.kubernetes.io/name: prometheus
        operator.prometheus.io/name: "{{ $.root.Values.prometheusStack.release }}-kube-prometheus-prometheus"
ports:
  - port: {{ $.port }}
    protocol: TCP
{{- end }}

{{/* Used 4 times. */}}
{{- define "monitoring.egress-isolation" -}}
ports:
  {{- range .Values.isolation.kubernetesApi.ports }}
  - port: {{ int .port }}
    protocol: TCP
  {{- end }}
to:
  {{- range .Values.isolation.kubernetesApi.cidrs }}
  - ipBlock:
      cidr: {{ . | quote }}
  {{- end }}
{{- end }}

{{/* Used 4 times, with root, values, secretKey: refreshInterval, secretStoreRef, target, data. */}}
{{- define "monitoring.spec-entries" -}}
refreshInterval: {{ $.root.Values.secrets.externalSecrets.refreshInterval | quote }}
secretStoreRef:
  name: {{ $.root.Values.secrets.externalSecrets.store.name | quote }}
  kind: {{ $.root.Values.secrets.externalSecrets.store.kind }}
target:
  name: {{ $.values.secret | quote }}
  creationPolicy: Owner
  deletionPolicy: Retain
data:
  - secretKey: {{ $.secretKey | quote }}
    remoteRef:
      key: "{{ $.root.Values.secrets.externalSecrets.path }}{{ $.values.secret }}"
      property: {{ $.secretKey | quote }}
{{- end }}
