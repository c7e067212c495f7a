{{/* What the names of all objects begin with: nothing for a release that is called like its chart, else its name. */}}
{{- define "ml-platform.prefix" -}}
{{- if .Values.namePrefix }}{{ .Values.namePrefix }}
{{- else if not (has .Release.Name (list "ml-platform")) }}
{{- if gt (len .Release.Name) 24 }}{{ fail "the release's name is longer than 24, and names of objects begin with it: set namePrefix" }}{{ end -}}
{{ .Release.Name }}-
{{- end -}}
{{- end }}

{{/* The namespace: that of the release, unless the values name another one. */}}
{{- define "ml-platform.namespace" -}}
{{- .Values.namespace.name | default .Release.Namespace -}}
{{- end }}

{{/* The reference of an image; what it leaves empty comes from the settings of all images. */}}
{{- define "ml-platform.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- with ($root.Values.global).imageRegistry | default $image.registry | default $root.Values.images.registry }}{{ . }}/{{ end -}}
{{ $image.repository }}:{{ $image.tag | default (include "ml-platform.image-tag" $root) }}
{{- with $image.digest }}@{{ . }}{{ end -}}
{{- end }}

{{/* The version of our own images: the chart's, unless the values name another one. */}}
{{- define "ml-platform.image-tag" -}}
{{- .Values.images.tag | default .Chart.AppVersion -}}
{{- end }}

{{/* A text, or the number that was given in its place, whole. */}}
{{- define "ml-platform.text" -}}
{{- toJson . | trimAll "\"" -}}
{{- end }}

{{/* Name and version of the chart, as a label may have them. */}}
{{- define "ml-platform.chart" -}}
{{- printf "ml-platform-%s" .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/* A mark of these contents: pods that read a ConfigMap are rolled when it changes, and a Job becomes another one. */}}
{{- define "ml-platform.checksum" -}}
{{- $root := index . 0 -}}
{{- $data := dict -}}
{{- range rest . }}{{ $data = merge $data (include (print "ml-platform." .) $root | fromYaml) }}{{ end -}}
{{- $data | toRawJson | sha256sum | trunc 16 -}}
{{- end }}

{{/* Used 47 times, with root, syncWave: annotations, namespace. */}}
{{- define "ml-platform.metadata-entries" -}}
annotations:
  argocd.argoproj.io/sync-wave: {{ $.syncWave | quote }}
namespace: {{ include "ml-platform.namespace" $.root | quote }}
{{- end }}

{{/* Used 34 times, with root, port: port, protocol. */}}
{{- define "ml-platform.ports-entries" -}}
port: {{ $.port }}
protocol: TCP
{{- end }}

{{/* Used 26 times. */}}
{{- define "ml-platform.labels" -}}
app.kubernetes.io/instance: "{{ include "ml-platform.prefix" . }}ml-platform"
app.kubernetes.io/managed-by: Helm
app.kubernetes.io/part-of: ml-platform
{{- range $key, $value := omit .Values.commonLabels "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/part-of" "helm.sh/chart" "app.kubernetes.io/version" }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
helm.sh/chart: {{ include "ml-platform.chart" . | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{/* Used 22 times, with root, app, component. */}}
{{- define "ml-platform.metadata-labels" -}}
app: {{ $.app | quote }}
app.kubernetes.io/component: {{ $.component | quote }}
app.kubernetes.io/instance: "{{ include "ml-platform.prefix" $.root }}ml-platform"
app.kubernetes.io/managed-by: Helm
app.kubernetes.io/name: {{ $.app | quote }}
app.kubernetes.io/part-of: ml-platform
{{- range $key, $value := omit $.root.Values.commonLabels "app" "app.kubernetes.io/component" "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/name" "app.kubernetes.io/part-of" "helm.sh/chart" "app.kubernetes.io/version" }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
helm.sh/chart: {{ include "ml-platform.chart" $.root | quote }}
app.kubernetes.io/version: {{ $.root.Chart.AppVersion | quote }}
{{- end }}

{{/* Used 16 times, with root, name. */}}
{{- define "ml-platform.pod-selector" -}}
matchLabels:
  app.kubernetes.io/instance: "{{ include "ml-platform.prefix" $.root }}ml-platform"
  app.kubernetes.io/name: {{ $.name | quote }}
{{- end }}

{{/* Used 14 times, with root, name. */}}
{{- define "ml-platform.from" -}}
podSelector:
  {{- include "ml-platform.pod-selector" (dict "root" $.root "name" $.name) | nindent 2 }}
{{- end }}

{{/* Used 10 times, with root, type, value. */}}
{{- define "ml-platform.matches" -}}
- path:
    type: {{ $.type | quote }}
    value: {{ $.value | quote }}
{{- end }}

{{/* Used 10 times: refreshInterval, secretStoreRef. */}}
{{- define "ml-platform.spec-entries" -}}
refreshInterval: {{ .Values.secrets.externalSecrets.refreshInterval | quote }}
secretStoreRef:
  name: {{ .Values.secrets.externalSecrets.store.name | quote }}
  kind: {{ .Values.secrets.externalSecrets.store.kind }}
{{- end }}

{{/* Used 9 times, with root, name, name2. */}}
{{- define "ml-platform.backend" -}}
service:
  name: "{{ include "ml-platform.prefix" $.root }}{{ $.name }}"
  port:
    name: {{ $.name2 | quote }}
{{- end }}

{{/* Used 7 times, with root, alert, for, severity: alert, for, labels. */}}
{{- define "ml-platform.rules-entries" -}}
alert: {{ $.alert | quote }}
for: {{ $.for | quote }}
labels:
  severity: {{ $.severity | quote }}
{{- end }}

{{/* Used 6 times, with root, values. */}}
{{- define "ml-platform.egress" -}}
ports:
  - port: {{ int $.values.port }}
    protocol: TCP
to:
  {{- range $.values.cidrs }}
  - ipBlock:
      cidr: {{ . | quote }}
  {{- end }}
{{- end }}

{{/* Used 6 times. */}}
{{- define "ml-platform.security-context" -}}
allowPrivilegeEscalation: false
capabilities:
  drop:
    - ALL
readOnlyRootFilesystem: true
{{- end }}

{{/* Used 5 times, with root, fsGroup. */}}
{{- define "ml-platform.spec-security-context" -}}
fsGroup: {{ $.fsGroup }}
fsGroupChangePolicy: OnRootMismatch
runAsGroup: {{ $.fsGroup }}
runAsNonRoot: true
runAsUser: {{ $.fsGroup }}
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* Used 5 times, with root, securityContext, serviceAccountName: automountServiceAccountToken, enableServiceLinks, imagePullSecrets, securityContext, serviceAccountName. */}}
{{- define "ml-platform.spec-with-automount-service-account-token" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- if $.root.Values.images.pullSecrets }}
imagePullSecrets:
  {{- range $.root.Values.images.pullSecrets }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
securityContext:
  {{- include "ml-platform.spec-security-context" (dict "root" $.root "fsGroup" $.securityContext) | nindent 2 }}
serviceAccountName: "{{ include "ml-platform.prefix" $.root }}{{ $.serviceAccountName }}"
{{- end }}

{{/* Used 5 times, with root, values: requests, limits. */}}
{{- define "ml-platform.resources-entries" -}}
requests:
  cpu: {{ $.values.resources.requests.cpu | quote }}
  memory: {{ include "ml-platform.text" $.values.resources.requests.memory | quote }}
limits:
  cpu: {{ $.values.resources.limits.cpu | quote }}
  memory: {{ include "ml-platform.text" $.values.resources.limits.memory | quote }}
{{- end }}

{{/* Used 4 times, with root, app, component. */}}
{{- define "ml-platform.labels-by-app" -}}
app: {{ $.app | quote }}
app.kubernetes.io/component: {{ $.component | quote }}
app.kubernetes.io/instance: "{{ include "ml-platform.prefix" $.root }}ml-platform"
app.kubernetes.io/managed-by: Helm
app.kubernetes.io/name: {{ $.app | quote }}
app.kubernetes.io/part-of: ml-platform
mlplatform.io/installation: "{{ include "ml-platform.prefix" $.root }}ml-platform"
{{- range $key, $value := omit $.root.Values.commonLabels "app" "app.kubernetes.io/component" "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/name" "app.kubernetes.io/part-of" "mlplatform.io/installation" "helm.sh/chart" "app.kubernetes.io/version" }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
helm.sh/chart: {{ include "ml-platform.chart" $.root | quote }}
app.kubernetes.io/version: {{ $.root.Chart.AppVersion | quote }}
{{- end }}

{{/* Used 2 times. */}}
{{- define "ml-platform.spec-egress" -}}
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

{{/* Used 2 times, with root, name. */}}
{{- define "ml-platform.topology-spread-constraints" -}}
- labelSelector:
    {{- include "ml-platform.pod-selector" (dict "root" $.root "name" $.name) | nindent 4 }}
  matchLabelKeys:
    - pod-template-hash
  maxSkew: 1
  topologyKey: topology.kubernetes.io/zone
  whenUnsatisfiable: ScheduleAnyway
- labelSelector:
    {{- include "ml-platform.pod-selector" (dict "root" $.root "name" $.name) | nindent 4 }}
  matchLabelKeys:
    - pod-template-hash
  maxSkew: 1
  topologyKey: kubernetes.io/hostname
  whenUnsatisfiable: ScheduleAnyway
{{- end }}

{{/* What a volume claim asks for, but for its size. */}}
{{- define "ml-platform.claim-spec" -}}
accessModes:
  - ReadWriteOnce
{{- if .Values.storage.className }}
storageClassName: {{ .Values.storage.className | quote }}
{{- end }}
{{- end }}

{{/* The spec with which a volume claim was made, as JSON: of one that exists, what it was asked for at first. */}}
{{- define "ml-platform.claimed" -}}
{{- $asked := .spec | fromYaml | toJson -}}
{{- with lookup "v1" "PersistentVolumeClaim" .namespace .name -}}
{{- $asked = dig "annotations" "mlplatform.io/claimed" (omit .spec "resources" | toJson) .metadata -}}
{{- end -}}
{{- $asked -}}
{{- end }}

{{/* The Service that names the pods of a StatefulSet: of one that is there already, its own. */}}
{{- define "ml-platform.service-name" -}}
{{- dig "spec" "serviceName" .asked (lookup "apps/v1" "StatefulSet" .namespace .name) -}}
{{- end }}
