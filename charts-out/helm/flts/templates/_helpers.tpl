{{/* What the names of all objects begin with: nothing for a release that is called like its chart, else its name. */}}
{{- define "flts.prefix" -}}
{{- if .Values.namePrefix }}{{ .Values.namePrefix }}
{{- else if not (has .Release.Name (list "flts")) }}
{{- if gt (len .Release.Name) 24 }}{{ fail "the release's name is longer than 24, and names of objects begin with it: set namePrefix" }}{{ end -}}
{{ .Release.Name }}-
{{- end -}}
{{- end }}

{{/* The namespace: that of the release, unless the values name another one. */}}
{{- define "flts.namespace" -}}
{{- .Values.namespace.name | default .Release.Namespace -}}
{{- end }}

{{/* The reference of an image; what it leaves empty comes from the settings of all images. */}}
{{- define "flts.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- with ($root.Values.global).imageRegistry | default $image.registry | default $root.Values.images.registry }}{{ . }}/{{ end -}}
{{ $image.repository }}:{{ $image.tag | default (include "flts.image-tag" $root) }}
{{- with $image.digest }}@{{ . }}{{ end -}}
{{- end }}

{{/* The registry of our own images. */}}
{{- define "flts.image-registry" -}}
{{- (.Values.global).imageRegistry | default .Values.images.registry -}}
{{- end }}

{{/* The version of our own images: the chart's, unless the values name another one. */}}
{{- define "flts.image-tag" -}}
{{- .Values.images.tag | default .Chart.AppVersion -}}
{{- end }}

{{/* A text, or the number that was given in its place, whole. */}}
{{- define "flts.text" -}}
{{- toJson . | trimAll "\"" -}}
{{- end }}

{{/* Name and version of the chart, as a label may have them. */}}
{{- define "flts.chart" -}}
{{- printf "flts-%s" .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/* A mark of these contents: pods that read a ConfigMap are rolled when it changes, and a Job becomes another one. */}}
{{- define "flts.checksum" -}}
{{- $root := index . 0 -}}
{{- $data := dict -}}
{{- range rest . }}{{ $data = merge $data (include (print "flts." .) $root | fromYaml) }}{{ end -}}
{{- $data | toRawJson | sha256sum | trunc 16 -}}
{{- end }}

{{/* Used 131 times, with root, syncWave: annotations, namespace. */}}
{{- define "flts.metadata-entries" -}}
annotations:
  argocd.argoproj.io/sync-wave: {{ $.syncWave | quote }}
namespace: {{ include "flts.namespace" $.root | quote }}
{{- end }}

{{/* Used 78 times, with root, app, component. */}}
{{- define "flts.labels" -}}
app: {{ $.app | quote }}
app.kubernetes.io/component: {{ $.component | quote }}
app.kubernetes.io/instance: "{{ include "flts.prefix" $.root }}flts"
app.kubernetes.io/managed-by: Helm
app.kubernetes.io/name: {{ $.app | quote }}
app.kubernetes.io/part-of: flts
{{- range $key, $value := omit $.root.Values.commonLabels "app" "app.kubernetes.io/component" "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/name" "app.kubernetes.io/part-of" "helm.sh/chart" "app.kubernetes.io/version" }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
helm.sh/chart: {{ include "flts.chart" $.root | quote }}
app.kubernetes.io/version: {{ $.root.Chart.AppVersion | quote }}
{{- end }}

{{/* Used 55 times, with root, name. */}}
{{- define "flts.from" -}}
podSelector:
  {{- include "flts.pod-selector" (dict "root" $.root "name" $.name) | nindent 2 }}
{{- end }}

{{/* Used 46 times. */}}
{{- define "flts.metadata-labels" -}}
app.kubernetes.io/instance: "{{ include "flts.prefix" . }}flts"
app.kubernetes.io/managed-by: Helm
app.kubernetes.io/part-of: flts
{{- range $key, $value := omit .Values.commonLabels "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/part-of" "helm.sh/chart" "app.kubernetes.io/version" }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
helm.sh/chart: {{ include "flts.chart" . | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{/* Used 42 times, with root, name. */}}
{{- define "flts.pod-selector" -}}
matchLabels:
  app.kubernetes.io/instance: "{{ include "flts.prefix" $.root }}flts"
  app.kubernetes.io/name: {{ $.name | quote }}
{{- end }}

{{/* Used 28 times, with root, port: port, protocol. */}}
{{- define "flts.ports-entries" -}}
port: {{ $.port }}
protocol: TCP
{{- end }}

{{/* Used 22 times, with root, name, key, values. */}}
{{- define "flts.env" -}}
name: {{ $.name | quote }}
valueFrom:
  secretKeyRef:
    key: {{ $.key | quote }}
    name: {{ $.values.secret | quote }}
{{- end }}

{{/* Used 22 times. */}}
{{- define "flts.image-pull-secrets" -}}
{{- range .Values.images.pullSecrets }}
- name: {{ . | quote }}
{{- end }}
{{- end }}

{{/* Used 19 times. */}}
{{- define "flts.security-context" -}}
allowPrivilegeEscalation: false
capabilities:
  drop:
    - ALL
readOnlyRootFilesystem: true
{{- end }}

{{/* Used 18 times, with root, name. */}}
{{- define "flts.env-by-name" -}}
name: {{ $.name | quote }}
{{- if eq $.root.Values.objectStorage.mode "bundled" }}
value: "http://{{ include "flts.prefix" $.root }}minio:9000"
{{- else }}
value: {{ $.root.Values.objectStorage.external.url | quote }}
{{- end }}
{{- end }}

{{/* Used 14 times, with root, values. */}}
{{- define "flts.resources" -}}
limits:
  cpu: {{ $.values.resources.limits.cpu | quote }}
  memory: {{ include "flts.text" $.values.resources.limits.memory | quote }}
requests:
  cpu: {{ $.values.resources.requests.cpu | quote }}
  memory: {{ include "flts.text" $.values.resources.requests.memory | quote }}
{{- end }}

{{/* Used 13 times, with root, app, component. */}}
{{- define "flts.labels-by-app" -}}
app: {{ $.app | quote }}
app.kubernetes.io/component: {{ $.component | quote }}
app.kubernetes.io/instance: "{{ include "flts.prefix" $.root }}flts"
app.kubernetes.io/managed-by: Helm
app.kubernetes.io/name: {{ $.app | quote }}
app.kubernetes.io/part-of: flts
mlplatform.io/installation: "{{ include "flts.prefix" $.root }}flts"
{{- range $key, $value := omit $.root.Values.commonLabels "app" "app.kubernetes.io/component" "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/name" "app.kubernetes.io/part-of" "mlplatform.io/installation" "helm.sh/chart" "app.kubernetes.io/version" }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
helm.sh/chart: {{ include "flts.chart" $.root | quote }}
app.kubernetes.io/version: {{ $.root.Chart.AppVersion | quote }}
{{- end }}

{{/* Used 13 times, with root, sizeLimit, name. */}}
{{- define "flts.volume" -}}
name: {{ $.name | quote }}
emptyDir:
  sizeLimit: {{ $.sizeLimit | quote }}
{{- end }}

{{/* Used 12 times, with root, values. */}}
{{- define "flts.tolerations" -}}
{{- range $.values.pod.tolerations }}
- operator: {{ (.operator | default "Equal") | quote }}
  {{- if hasKey . "effect" }}
  effect: {{ .effect | quote }}
  {{- end }}
  {{- if hasKey . "key" }}
  key: {{ .key | quote }}
  {{- end }}
  {{- if hasKey . "value" }}
  value: {{ .value | quote }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Used 12 times, with root, fsGroup. */}}
{{- define "flts.spec-security-context" -}}
fsGroup: {{ $.fsGroup }}
fsGroupChangePolicy: OnRootMismatch
runAsGroup: {{ $.fsGroup }}
runAsNonRoot: true
runAsUser: {{ $.fsGroup }}
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* Used 12 times. */}}
{{- define "flts.strategy" -}}
rollingUpdate:
  maxSurge: 1
  maxUnavailable: 0
type: RollingUpdate
{{- end }}

{{/* Used 12 times, with root, values, serviceAccountName: automountServiceAccountToken, enableServiceLinks, imagePullSecrets, nodeSelector, priorityClassName, serviceAccountName, tolerations, affinity. */}}
{{- define "flts.spec-entries" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- if $.root.Values.images.pullSecrets }}
imagePullSecrets:
  {{- include "flts.image-pull-secrets" $.root | nindent 2 }}
{{- end }}
{{- if $.values.pod.nodeSelector }}
nodeSelector:
  {{- toYaml $.values.pod.nodeSelector | nindent 2 }}
{{- end }}
{{- if $.values.pod.priorityClassName }}
priorityClassName: {{ $.values.pod.priorityClassName | quote }}
{{- end }}
serviceAccountName: "{{ include "flts.prefix" $.root }}{{ $.serviceAccountName }}"
{{- if $.values.pod.tolerations }}
tolerations:
  {{- include "flts.tolerations" (dict "root" $.root "values" $.values) | nindent 2 }}
{{- end }}
{{- if $.values.pod.affinity }}
affinity:
  {{- toYaml $.values.pod.affinity | nindent 2 }}
{{- end }}
{{- end }}

{{/* Used 12 times, with root, name: ipFamilyPolicy, selector, type. */}}
{{- define "flts.spec-with-ip-family-policy" -}}
{{- if ne $.root.Values.network.ipFamilyPolicy "clusterDefault" }}
ipFamilyPolicy: {{ $.root.Values.network.ipFamilyPolicy }}
{{- end }}
selector:
  app.kubernetes.io/instance: "{{ include "flts.prefix" $.root }}flts"
  app.kubernetes.io/name: {{ $.name | quote }}
type: ClusterIP
{{- end }}

{{/* Used 11 times, with root, containerPort, name. */}}
{{- define "flts.port" -}}
name: {{ $.name | quote }}
containerPort: {{ $.containerPort }}
protocol: TCP
{{- end }}

{{/* Used 11 times, with root, name: clusterIP, selector. */}}
{{- define "flts.spec-with-cluster-ip" -}}
clusterIP: None
selector:
  app.kubernetes.io/instance: "{{ include "flts.prefix" $.root }}flts"
  app.kubernetes.io/name: {{ $.name | quote }}
{{- end }}

{{/* Used 10 times, with root, values. */}}
{{- define "flts.ports" -}}
- name: http
  port: {{ int $.values.port }}
  protocol: TCP
  targetPort: http
{{- end }}

{{/* Used 10 times, with root, name, port. */}}
{{- define "flts.spec-ports" -}}
- name: {{ $.name | quote }}
  port: {{ $.port }}
  protocol: TCP
  targetPort: {{ $.name | quote }}
{{- end }}

{{/* Used 9 times, with root, app, component. */}}
{{- define "flts.labels-by-component" -}}
app: {{ $.app | quote }}
app.kubernetes.io/component: {{ $.component | quote }}
app.kubernetes.io/instance: "{{ include "flts.prefix" $.root }}flts"
app.kubernetes.io/name: {{ $.app | quote }}
app.kubernetes.io/part-of: flts
{{- end }}

{{/* Used 8 times, with root, values, name. */}}
{{- define "flts.egress" -}}
ports:
  - port: {{ int $.values.port }}
    protocol: TCP
to:
  - {{ include "flts.from" (dict "root" $.root "name" $.name) | nindent 4 | trim }}
{{- end }}

{{/* Used 8 times: refreshInterval, secretStoreRef. */}}
{{- define "flts.spec-with-refresh-interval" -}}
refreshInterval: {{ .Values.secrets.externalSecrets.refreshInterval | quote }}
secretStoreRef:
  name: {{ .Values.secrets.externalSecrets.store.name | quote }}
  kind: {{ .Values.secrets.externalSecrets.store.kind }}
{{- end }}

{{/* Used 8 times, with root, alert, for, severity: alert, for, labels. */}}
{{- define "flts.rules-entries" -}}
alert: {{ $.alert | quote }}
for: {{ $.for | quote }}
labels:
  severity: {{ $.severity | quote }}
{{- end }}

{{/* Used 7 times. */}}
{{- define "flts.wait-for-minio" -}}
name: wait-for-minio
command:
  - sh
  - "-c"
  - |-
    {{- include "flts.wait-script" . | nindent 4 }}
  - wait
  {{- if eq .Values.objectStorage.mode "bundled" }}
  - "MinIO at {{ include "flts.prefix" . }}minio:9000"
  {{- else }}
  - "Object storage at {{ (urlParse .Values.objectStorage.external.url).hostname }}:{{ int .Values.objectStorage.external.address.port }}"
  {{- end }}
  - "300"
  - nc
  - "-z"
  - "-w"
  - "2"
  {{- if eq .Values.objectStorage.mode "bundled" }}
  - "{{ include "flts.prefix" . }}minio"
  {{- else }}
  - {{ (urlParse .Values.objectStorage.external.url).hostname | quote }}
  {{- end }}
  {{- if eq .Values.objectStorage.mode "bundled" }}
  - "9000"
  {{- else }}
  - {{ int .Values.objectStorage.external.address.port | toString | quote }}
  {{- end }}
image: {{ include "flts.image" (list . .Values.images.wait) | quote }}
imagePullPolicy: {{ .Values.images.pullPolicy }}
resources:
  {{- include "flts.init-container-resources" . | nindent 2 }}
securityContext:
  {{- include "flts.security-context" . | nindent 2 }}
{{- end }}

{{/* Used 7 times. */}}
{{- define "flts.wait-script" -}}
what=$1 limit=$2
shift 2
start=$(date +%s)
until said=$("$@" 2>&1); do
  status=$?
  waited=$(($(date +%s) - start))
  if [ "$waited" -ge "$limit" ]; then
    echo "gave up: $what not ready within $limit s. Is it running, and may this pod reach it (NetworkPolicy)?" >&2
    echo "last try: $* ended with $status: ${said:-it said nothing}" >&2
    exit 1
  fi
  echo "waiting for $what ($waited of at most $limit s)"
  sleep 2
done
echo "$what is ready"
{{- end }}

{{/* Used 7 times, with root, values. */}}
{{- define "flts.volumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: {{ include "flts.text" $.values.tmpSize | quote }}
{{- range $.values.pod.extraVolumes }}
- name: "extra-{{ .name }}"
  {{- if eq .kind "configMap" }}
  configMap:
    name: {{ .source | quote }}
  {{- else }}
  secret:
    defaultMode: 256
    secretName: {{ .source | quote }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Used 7 times, with root, app, component. */}}
{{- define "flts.labels-monitoring" -}}
app: {{ $.app | quote }}
app.kubernetes.io/component: {{ $.component | quote }}
app.kubernetes.io/instance: "{{ include "flts.prefix" $.root }}flts"
app.kubernetes.io/managed-by: Helm
app.kubernetes.io/name: {{ $.app | quote }}
app.kubernetes.io/part-of: flts
mlplatform.io/installation: "{{ include "flts.prefix" $.root }}flts"
{{- range $key, $value := omit $.root.Values.commonLabels "app" "app.kubernetes.io/component" "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/name" "app.kubernetes.io/part-of" "mlplatform.io/installation" "helm.sh/chart" "app.kubernetes.io/version" }}
{{- if not (hasKey $.root.Values.monitoring.labels $key) }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
{{- end }}
{{- range $key, $value := omit $.root.Values.monitoring.labels "app" "app.kubernetes.io/component" "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/name" "app.kubernetes.io/part-of" "mlplatform.io/installation" "helm.sh/chart" "app.kubernetes.io/version" }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
helm.sh/chart: {{ include "flts.chart" $.root | quote }}
app.kubernetes.io/version: {{ $.root.Chart.AppVersion | quote }}
{{- end }}

{{/* Used 7 times, with root, values, app, component. */}}
{{- define "flts.metadata" -}}
{{- if $.values.pod.annotations }}
annotations:
  {{- toYaml $.values.pod.annotations | nindent 2 }}
{{- end }}
labels:
  {{- include "flts.labels-by-component" (dict "root" $.root "app" $.app "component" $.component) | nindent 2 }}
{{- end }}

{{/* Used 7 times, with root, values. */}}
{{- define "flts.volume-mounts" -}}
- name: tmp
  mountPath: /tmp
{{- range $.values.pod.extraVolumes }}
- name: "extra-{{ .name }}"
  mountPath: {{ .mountPath | quote }}
  readOnly: true
{{- end }}
{{- end }}

{{/* Used 7 times. */}}
{{- define "flts.init-container-resources" -}}
limits:
  cpu: "100m"
  memory: "32Mi"
requests:
  cpu: "10m"
  memory: "16Mi"
{{- end }}

{{/* Used 7 times, with root, values. */}}
{{- define "flts.container-security-context" -}}
allowPrivilegeEscalation: false
capabilities:
  drop:
    - ALL
readOnlyRootFilesystem: {{ $.values.readOnlyRoot }}
{{- end }}

{{/* Used 7 times, with root, path, port. */}}
{{- define "flts.readiness-probe" -}}
httpGet:
  path: {{ $.path | quote }}
  port: {{ $.port }}
timeoutSeconds: 3
{{- end }}

{{/* Used 6 times. */}}
{{- define "flts.egress-object-storage" -}}
ports:
  -
    {{- if eq .Values.objectStorage.mode "bundled" }}
    port: 9000
    {{- else }}
    port: {{ int .Values.objectStorage.external.address.port }}
    {{- end }}
    protocol: TCP
to:
  {{- if ne .Values.objectStorage.mode "bundled" }}
  {{- range .Values.objectStorage.external.address.cidrs }}
  - ipBlock:
      cidr: {{ . | quote }}
  {{- end }}
  {{- else }}
  - {{ include "flts.from" (dict "root" . "name" "minio") | nindent 4 | trim }}
  {{- end }}
{{- end }}

{{/* Used 6 times. */}}
{{- define "flts.kafka-bootstrap-servers" -}}
name: KAFKA_BOOTSTRAP_SERVERS
{{- if eq .Values.kafka.mode "bundled" }}
value: "{{ include "flts.prefix" . }}kafka:9092"
{{- else if eq .Values.kafka.mode "strimzi" }}
value: "{{ include "flts.prefix" . }}kafka-kafka-bootstrap:9092"
{{- else }}
value: "{{ .Values.kafka.external.host }}:{{ int .Values.kafka.external.address.port }}"
{{- end }}
{{- end }}

{{/* Used 6 times, with root, port, name. */}}
{{- define "flts.egress-by-port" -}}
ports:
  - port: {{ $.port }}
    protocol: TCP
to:
  - {{ include "flts.from" (dict "root" $.root "name" $.name) | nindent 4 | trim }}
{{- end }}

{{/* Used 6 times, with root, app, component. */}}
{{- define "flts.template-metadata" -}}
labels:
  {{- include "flts.labels-by-component" (dict "root" $.root "app" $.app "component" $.component) | nindent 2 }}
{{- end }}

{{/* Used 6 times. */}}
{{- define "flts.lifecycle" -}}
preStop:
  exec:
    command:
      - sleep
      - "5"
{{- end }}

{{/* Used 5 times. */}}
{{- define "flts.spec-egress" -}}
- {{ include "flts.egress-kafka" . | nindent 2 | trim }}
- {{ include "flts.egress-object-storage" . | nindent 2 | trim }}
- {{ include "flts.egress" (dict "root" . "values" .Values.mlflow "name" "mlflow") | nindent 2 | trim }}
{{- end }}

{{/* Used 5 times, with root, values. */}}
{{- define "flts.startup-probe" -}}
failureThreshold: 60
{{- if $.values.healthPath }}
httpGet:
  path: {{ $.values.healthPath | quote }}
  port: {{ int $.values.port }}
{{- end }}
periodSeconds: 5
{{- if not $.values.healthPath }}
tcpSocket:
  port: {{ int $.values.port }}
{{- end }}
timeoutSeconds: 3
{{- end }}

{{/* Used 5 times, with root, values. */}}
{{- define "flts.security-context-by-values" -}}
fsGroup: {{ int $.values.user }}
fsGroupChangePolicy: OnRootMismatch
runAsGroup: {{ int $.values.user }}
runAsNonRoot: true
runAsUser: {{ int $.values.user }}
seccompProfile:
  type: RuntimeDefault
{{- if lt (int $.values.port) 1024 }}
sysctls:
  - name: net.ipv4.ip_unprivileged_port_start
    value: "0"
{{- end }}
{{- end }}

{{/* Used 5 times, with root, name, port. */}}
{{- define "flts.ingress" -}}
from:
  - {{ include "flts.from" (dict "root" $.root "name" $.name) | nindent 4 | trim }}
ports:
  - port: {{ $.port }}
    protocol: TCP
{{- end }}

{{/* Used 5 times, with root, path, port. */}}
{{- define "flts.container-startup-probe" -}}
failureThreshold: 60
httpGet:
  path: {{ $.path | quote }}
  port: {{ $.port }}
periodSeconds: 5
timeoutSeconds: 3
{{- end }}

{{/* Used 5 times, with root, app, values: selector, endpoints. */}}
{{- define "flts.spec-with-selector" -}}
selector:
  matchLabels:
    app: {{ $.app | quote }}
    mlplatform.io/installation: "{{ include "flts.prefix" $.root }}flts"
endpoints:
  - port: http
    path: {{ $.values.metricsPath | quote }}
    interval: {{ $.root.Values.monitoring.interval | quote }}
{{- end }}

{{/* Used 5 times, with root, securityContext, serviceAccountName: automountServiceAccountToken, enableServiceLinks, imagePullSecrets, securityContext, serviceAccountName. */}}
{{- define "flts.spec-with-automount-service-account-token" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- if $.root.Values.images.pullSecrets }}
imagePullSecrets:
  {{- include "flts.image-pull-secrets" $.root | nindent 2 }}
{{- end }}
securityContext:
  {{- include "flts.spec-security-context" (dict "root" $.root "fsGroup" $.securityContext) | nindent 2 }}
serviceAccountName: "{{ include "flts.prefix" $.root }}{{ $.serviceAccountName }}"
{{- end }}

{{/* Used 5 times, with root, values: image, imagePullPolicy, lifecycle, ports, resources, securityContext, startupProbe, volumeMounts. */}}
{{- define "flts.containers-entries" -}}
image: {{ include "flts.image" (list $.root $.values.image) | quote }}
imagePullPolicy: {{ $.root.Values.images.pullPolicy }}
lifecycle:
  {{- include "flts.lifecycle" $.root | nindent 2 }}
ports:
  - name: http
    containerPort: {{ int $.values.port }}
    protocol: TCP
resources:
  {{- include "flts.resources" (dict "root" $.root "values" $.values) | nindent 2 }}
securityContext:
  {{- include "flts.container-security-context" (dict "root" $.root "values" $.values) | nindent 2 }}
startupProbe:
  {{- include "flts.startup-probe" (dict "root" $.root "values" $.values) | nindent 2 }}
volumeMounts:
  {{- include "flts.volume-mounts" (dict "root" $.root "values" $.values) | nindent 2 }}
{{- end }}

{{/* Used 4 times. */}}
{{- define "flts.wait-for-kafka" -}}
name: wait-for-kafka
command:
  - sh
  - "-c"
  - |-
    {{- include "flts.wait-script" . | nindent 4 }}
  - wait
  {{- if eq .Values.kafka.mode "bundled" }}
  - "Kafka at {{ include "flts.prefix" . }}kafka:9092"
  {{- else if eq .Values.kafka.mode "strimzi" }}
  - "Kafka at {{ include "flts.prefix" . }}kafka-kafka-bootstrap:9092"
  {{- else }}
  - "Kafka at {{ .Values.kafka.external.host }}:{{ int .Values.kafka.external.address.port }}"
  {{- end }}
  - "300"
  - nc
  - "-z"
  - "-w"
  - "2"
  {{- if eq .Values.kafka.mode "bundled" }}
  - "{{ include "flts.prefix" . }}kafka"
  {{- else if eq .Values.kafka.mode "strimzi" }}
  - "{{ include "flts.prefix" . }}kafka-kafka-bootstrap"
  {{- else }}
  - {{ .Values.kafka.external.host | quote }}
  - {{ int .Values.kafka.external.address.port | toString | quote }}
  {{- end }}
  {{- if ne .Values.kafka.mode "external" }}
  - "9092"
  {{- end }}
image: {{ include "flts.image" (list . .Values.images.wait) | quote }}
imagePullPolicy: {{ .Values.images.pullPolicy }}
resources:
  {{- include "flts.init-container-resources" . | nindent 2 }}
securityContext:
  {{- include "flts.security-context" . | nindent 2 }}
{{- end }}

{{/* Used 4 times, with root, values. */}}
{{- define "flts.container-readiness-probe" -}}
{{- if or $.values.healthPath $.values.readyPath }}
httpGet:
  {{- if $.values.readyPath }}
  path: {{ $.values.readyPath | quote }}
  {{- else }}
  path: {{ $.values.healthPath | quote }}
  {{- end }}
  port: {{ int $.values.port }}
{{- else }}
tcpSocket:
  port: {{ int $.values.port }}
{{- end }}
timeoutSeconds: 3
{{- end }}

{{/* Used 3 times, with root, values, app. */}}
{{- define "flts.template" -}}
metadata:
  {{- if $.values.pod.annotations }}
  annotations:
    {{- toYaml $.values.pod.annotations | nindent 4 }}
  {{- end }}
  labels:
    {{- include "flts.labels-by-component" (dict "root" $.root "app" $.app "component" "training") | nindent 4 }}
spec:
  automountServiceAccountToken: false
  containers:
    - name: {{ $.app | quote }}
      {{- if $.values.command }}
      command:
        {{- toYaml $.values.command | nindent 8 }}
      {{- end }}
      env:
        - {{ include "flts.kafka-bootstrap-servers" $.root | nindent 10 | trim }}
        - {{ include "flts.env" (dict "root" $.root "name" "AWS_ACCESS_KEY_ID" "key" "access-key" "values" $.root.Values.objectStorage) | nindent 10 | trim }}
        - {{ include "flts.env" (dict "root" $.root "name" "AWS_SECRET_ACCESS_KEY" "key" "secret-key" "values" $.root.Values.objectStorage) | nindent 10 | trim }}
        - {{ include "flts.env-by-name" (dict "root" $.root "name" "S3_ENDPOINT") | nindent 10 | trim }}
        - {{ include "flts.env-by-name" (dict "root" $.root "name" "MLFLOW_S3_ENDPOINT_URL") | nindent 10 | trim }}
        - name: MLFLOW_TRACKING_URI
          value: "http://{{ include "flts.prefix" $.root }}mlflow:{{ int $.root.Values.mlflow.port }}"
        - name: HOME
          value: /tmp
        - name: CONSUMER_GROUP_ID
          value: {{ $.app | quote }}
        - name: KAFKA_TOPIC
          value: {{ $.root.Values.training.topic | quote }}
        - name: KAFKA_RESULT_TOPIC
          value: {{ $.root.Values.training.resultTopic | quote }}
        - name: EPOCHS
          value: {{ int $.root.Values.training.epochs | toString | quote }}
        {{- range $key, $value := $.values.pod.extraEnv }}
        - name: {{ $key | quote }}
          value: {{ $value | quote }}
        {{- end }}
      image: {{ include "flts.image" (list $.root $.values.image) | quote }}
      imagePullPolicy: {{ $.root.Values.images.pullPolicy }}
      livenessProbe:
        exec:
          {{- if $.values.livenessCommand }}
          command:
            {{- toYaml $.values.livenessCommand | nindent 12 }}
          {{- else }}
          command:
            - sh
            - "-c"
            - "! grep -q \"^State:[[:space:]]*Z\" /proc/1/status"
          {{- end }}
        failureThreshold: 6
        periodSeconds: 30
        timeoutSeconds: 5
      readinessProbe:
        exec:
          {{- if $.values.livenessCommand }}
          command:
            {{- toYaml $.values.livenessCommand | nindent 12 }}
          {{- else }}
          command:
            - sh
            - "-c"
            - "! grep -q \"^State:[[:space:]]*Z\" /proc/1/status"
          {{- end }}
        timeoutSeconds: 5
      resources:
        limits:
          cpu: {{ $.values.resources.limits.cpu | quote }}
          memory: {{ include "flts.text" $.values.resources.limits.memory | quote }}
        requests:
          cpu: {{ $.values.resources.requests.cpu | quote }}
          memory: {{ include "flts.text" $.values.resources.requests.memory | quote }}
      securityContext:
        allowPrivilegeEscalation: false
        capabilities:
          drop:
            - ALL
        readOnlyRootFilesystem: {{ $.values.readOnlyRoot }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        {{- range $.values.pod.extraVolumes }}
        - name: "extra-{{ .name }}"
          mountPath: {{ .mountPath | quote }}
          readOnly: true
        {{- end }}
  enableServiceLinks: false
  {{- if $.root.Values.images.pullSecrets }}
  imagePullSecrets:
    {{- include "flts.image-pull-secrets" $.root | nindent 4 }}
  {{- end }}
  {{- if $.root.Values.network.initWaits }}
  initContainers:
    {{- include "flts.init-containers" $.root | nindent 4 }}
  {{- end }}
  {{- if $.values.pod.nodeSelector }}
  nodeSelector:
    {{- toYaml $.values.pod.nodeSelector | nindent 4 }}
  {{- end }}
  {{- if $.values.pod.priorityClassName }}
  priorityClassName: {{ $.values.pod.priorityClassName | quote }}
  {{- end }}
  securityContext:
    fsGroup: {{ int $.values.user }}
    fsGroupChangePolicy: OnRootMismatch
    runAsGroup: {{ int $.values.user }}
    runAsNonRoot: true
    runAsUser: {{ int $.values.user }}
    seccompProfile:
      type: RuntimeDefault
  serviceAccountName: "{{ include "flts.prefix" $.root }}{{ $.app }}"
  terminationGracePeriodSeconds: 120
  {{- if $.values.pod.tolerations }}
  tolerations:
    {{- range $.values.pod.tolerations }}
    - operator: {{ (.operator | default "Equal") | quote }}
      {{- if hasKey . "effect" }}
      effect: {{ .effect | quote }}
      {{- end }}
      {{- if hasKey . "key" }}
      key: {{ .key | quote }}
      {{- end }}
      {{- if hasKey . "value" }}
      value: {{ .value | quote }}
      {{- end }}
    {{- end }}
  {{- end }}
  volumes:
    - name: tmp
      emptyDir:
        sizeLimit: {{ include "flts.text" $.values.tmpSize | quote }}
    {{- range $.values.pod.extraVolumes }}
    - name: "extra-{{ .name }}"
      {{- if eq .kind "configMap" }}
      configMap:
        name: {{ .source | quote }}
      {{- else }}
      secret:
        defaultMode: 256
        secretName: {{ .source | quote }}
      {{- end }}
    {{- end }}
  {{- if $.values.pod.affinity }}
  affinity:
    {{- toYaml $.values.pod.affinity | nindent 4 }}
  {{- end }}
{{- end }}

{{/* Used 3 times. */}}
{{- define "flts.init-containers" -}}
- {{ include "flts.wait-for-kafka" . | nindent 2 | trim }}
- {{ include "flts.wait-for-minio" . | nindent 2 | trim }}
- {{ include "flts.wait-for-mlflow" . | nindent 2 | trim }}
{{- end }}

{{/* Used 3 times. */}}
{{- define "flts.egress-isolation" -}}
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

{{/* Used 3 times, with root, name, name2, values. */}}
{{- define "flts.spec-volumes" -}}
- {{ include "flts.volume" (dict "root" $.root "sizeLimit" "64Mi" "name" "tmp") | nindent 2 | trim }}
- name: {{ $.name2 | quote }}
  configMap:
    name: "{{ include "flts.prefix" $.root }}{{ $.name }}"
{{- range $.values.pod.extraVolumes }}
- name: "extra-{{ .name }}"
  {{- if eq .kind "configMap" }}
  configMap:
    name: {{ .source | quote }}
  {{- else }}
  secret:
    defaultMode: 256
    secretName: {{ .source | quote }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Used 3 times, with root, values. */}}
{{- define "flts.spec-ingress" -}}
- from:
    {{- if $.root.Values.monitoring.enabled }}
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ $.root.Values.monitoring.namespace | quote }}
    {{- end }}
    {{- if $.root.Values.prometheus.enabled }}
    - {{ include "flts.from" (dict "root" $.root "name" "prometheus") | nindent 6 | trim }}
    {{- end }}
  ports:
    - port: {{ int $.values.port }}
      protocol: TCP
{{- end }}

{{/* Used 3 times, with root, values. */}}
{{- define "flts.liveness-probe" -}}
{{- if not $.values.readyPath }}
failureThreshold: 6
{{- end }}
{{- if $.values.healthPath }}
httpGet:
  path: {{ $.values.healthPath | quote }}
  port: {{ int $.values.port }}
{{- else }}
tcpSocket:
  port: {{ int $.values.port }}
{{- end }}
timeoutSeconds: 3
{{- end }}

{{/* Used 3 times, with root, name, values, name2. */}}
{{- define "flts.env-by-values" -}}
name: {{ $.name | quote }}
valueFrom:
  secretKeyRef:
    {{- if eq $.values.mode "cloudnativepg" }}
    key: uri
    {{- else }}
    key: {{ $.values.secret.urlKey | quote }}
    {{- end }}
    {{- if eq $.values.mode "cloudnativepg" }}
    name: "{{ include "flts.prefix" $.root }}{{ $.name2 }}"
    {{- else }}
    name: {{ $.values.secret.name | quote }}
    {{- end }}
{{- end }}

{{/* Used 3 times, with root, mountPath, name, values. */}}
{{- define "flts.container-volume-mounts" -}}
- name: tmp
  mountPath: /tmp
- name: {{ $.name | quote }}
  mountPath: {{ $.mountPath | quote }}
  readOnly: true
{{- range $.values.pod.extraVolumes }}
- name: "extra-{{ .name }}"
  mountPath: {{ .mountPath | quote }}
  readOnly: true
{{- end }}
{{- end }}

{{/* Used 3 times, with root, values, path, port: image, imagePullPolicy, livenessProbe, readinessProbe, resources, securityContext, startupProbe. */}}
{{- define "flts.containers-with-image" -}}
image: {{ include "flts.image" (list $.root $.values.image) | quote }}
imagePullPolicy: {{ $.root.Values.images.pullPolicy }}
livenessProbe:
  failureThreshold: 6
  httpGet:
    path: {{ $.path | quote }}
    port: {{ $.port }}
  timeoutSeconds: 3
readinessProbe:
  {{- include "flts.readiness-probe" (dict "root" $.root "path" $.path "port" $.port) | nindent 2 }}
resources:
  {{- include "flts.resources" (dict "root" $.root "values" $.values) | nindent 2 }}
securityContext:
  {{- include "flts.security-context" $.root | nindent 2 }}
startupProbe:
  {{- include "flts.container-startup-probe" (dict "root" $.root "path" $.path "port" $.port) | nindent 2 }}
{{- end }}

{{/* Used 3 times, with root, cpu, memory, memory2: imagePullPolicy, resources, securityContext, volumeMounts. */}}
{{- define "flts.containers-with-image-pull-policy" -}}
imagePullPolicy: {{ $.root.Values.images.pullPolicy }}
resources:
  limits:
    cpu: {{ $.cpu | quote }}
    memory: {{ $.memory | quote }}
  requests:
    cpu: "50m"
    memory: {{ $.memory2 | quote }}
securityContext:
  {{- include "flts.security-context" $.root | nindent 2 }}
volumeMounts:
  - name: tmp
    mountPath: /tmp
{{- end }}

{{/* Used 2 times, with root, app, values, claimName. */}}
{{- define "flts.spec-template" -}}
metadata:
  {{- include "flts.template-metadata" (dict "root" $.root "app" $.app "component" "database") | nindent 2 }}
spec:
  automountServiceAccountToken: false
  containers:
    - name: {{ $.app | quote }}
      env:
        - name: POSTGRES_DB
          value: {{ $.values.database | quote }}
        - name: POSTGRES_USER
          value: {{ $.values.user | quote }}
        - name: POSTGRES_PASSWORD
          valueFrom:
            secretKeyRef:
              key: {{ $.values.secret.passwordKey | quote }}
              name: {{ $.values.secret.name | quote }}
        - name: PGDATA
          value: /var/lib/postgresql/data/pgdata
      image: {{ include "flts.image" (list $.root $.values.bundled.image) | quote }}
      imagePullPolicy: {{ $.root.Values.images.pullPolicy }}
      livenessProbe:
        exec:
          command:
            - pg_isready
            - "--host=127.0.0.1"
            - "--username={{ $.values.user }}"
            - "--dbname={{ $.values.database }}"
        failureThreshold: 6
        timeoutSeconds: 5
      ports:
        - {{ include "flts.port" (dict "root" $.root "containerPort" 5432 "name" "postgres") | nindent 10 | trim }}
      readinessProbe:
        exec:
          command:
            - pg_isready
            - "--host=127.0.0.1"
            - "--username={{ $.values.user }}"
            - "--dbname={{ $.values.database }}"
        timeoutSeconds: 5
      resources:
        limits:
          cpu: {{ $.values.resources.limits.cpu | quote }}
          memory: {{ include "flts.text" $.values.resources.limits.memory | quote }}
        requests:
          cpu: {{ $.values.resources.requests.cpu | quote }}
          memory: {{ include "flts.text" $.values.resources.requests.memory | quote }}
      securityContext:
        {{- include "flts.security-context" $.root | nindent 8 }}
      startupProbe:
        exec:
          command:
            - pg_isready
            - "--host=127.0.0.1"
            - "--username={{ $.values.user }}"
            - "--dbname={{ $.values.database }}"
        failureThreshold: 60
        periodSeconds: 5
        timeoutSeconds: 5
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        - name: data
          mountPath: /var/lib/postgresql/data
        - name: run
          mountPath: /var/run/postgresql
  enableServiceLinks: false
  {{- if $.root.Values.images.pullSecrets }}
  imagePullSecrets:
    {{- include "flts.image-pull-secrets" $.root | nindent 4 }}
  {{- end }}
  securityContext:
    {{- include "flts.spec-security-context" (dict "root" $.root "fsGroup" 70) | nindent 4 }}
  serviceAccountName: "{{ include "flts.prefix" $.root }}{{ $.app }}"
  terminationGracePeriodSeconds: 60
  volumes:
    - {{ include "flts.volume" (dict "root" $.root "sizeLimit" "64Mi" "name" "tmp") | nindent 6 | trim }}
    - name: data
      persistentVolumeClaim:
        claimName: "{{ include "flts.prefix" $.root }}{{ $.claimName }}"
    - {{ include "flts.volume" (dict "root" $.root "sizeLimit" "16Mi" "name" "run") | nindent 6 | trim }}
{{- end }}

{{/* Used 2 times, with root, app, pghost, values. */}}
{{- define "flts.job-template" -}}
metadata:
  {{- include "flts.template-metadata" (dict "root" $.root "app" $.app "component" "backup") | nindent 2 }}
spec:
  activeDeadlineSeconds: 3600
  backoffLimit: 3
  template:
    metadata:
      {{- include "flts.template-metadata" (dict "root" $.root "app" $.app "component" "backup") | nindent 6 }}
    spec:
      automountServiceAccountToken: false
      containers:
        - name: {{ $.app | quote }}
          command:
            - sh
            - "-euc"
            - |-
              file="/backup/$(date -u +%Y%m%dT%H%M%SZ).dump"
              set -- "$file.part"
              pg_dump --format=custom --file="$1"
              mv "$file.part" "$file"
              find /backup -name '*.dump' -mtime "+$KEEP_DAYS" -delete
              find /backup -name '*.part' -mtime +1 -delete
              ls -l /backup
          env:
            - name: PGHOST
              value: "{{ include "flts.prefix" $.root }}{{ $.pghost }}"
            - name: PGPORT
              value: "5432"
            - name: PGUSER
              value: {{ $.values.user | quote }}
            - name: PGDATABASE
              value: {{ $.values.database | quote }}
            - name: PGPASSWORD
              valueFrom:
                secretKeyRef:
                  key: {{ $.values.secret.passwordKey | quote }}
                  name: {{ $.values.secret.name | quote }}
            - name: KEEP_DAYS
              value: {{ int $.values.bundled.backup.keepDays | toString | quote }}
          image: {{ include "flts.image" (list $.root $.values.bundled.image) | quote }}
          imagePullPolicy: {{ $.root.Values.images.pullPolicy }}
          resources:
            limits:
              cpu: {{ $.values.resources.limits.cpu | quote }}
              memory: {{ include "flts.text" $.values.resources.limits.memory | quote }}
            requests:
              cpu: {{ $.values.resources.requests.cpu | quote }}
              memory: {{ include "flts.text" $.values.resources.requests.memory | quote }}
          securityContext:
            {{- include "flts.security-context" $.root | nindent 12 }}
          volumeMounts:
            - name: tmp
              mountPath: /tmp
            - name: backup
              mountPath: /backup
      enableServiceLinks: false
      {{- if $.root.Values.images.pullSecrets }}
      imagePullSecrets:
        {{- include "flts.image-pull-secrets" $.root | nindent 8 }}
      {{- end }}
      restartPolicy: OnFailure
      securityContext:
        {{- include "flts.spec-security-context" (dict "root" $.root "fsGroup" 70) | nindent 8 }}
      serviceAccountName: "{{ include "flts.prefix" $.root }}{{ $.app }}"
      volumes:
        - {{ include "flts.volume" (dict "root" $.root "sizeLimit" "64Mi" "name" "tmp") | nindent 10 | trim }}
        - name: backup
          persistentVolumeClaim:
            claimName: "{{ include "flts.prefix" $.root }}{{ $.app }}"
{{- end }}

{{/* Used 2 times. */}}
{{- define "flts.wait-for-postgres" -}}
name: wait-for-postgres
command:
  - sh
  - "-c"
  - |-
    {{- include "flts.wait-script" . | nindent 4 }}
  - wait
  {{- if eq .Values.database.mode "bundled" }}
  - "PostgreSQL at {{ include "flts.prefix" . }}postgres:5432"
  {{- else }}
  - "PostgreSQL at {{ include "flts.prefix" . }}postgres-rw:5432"
  {{- end }}
  - "300"
  - nc
  - "-z"
  - "-w"
  - "2"
  {{- if eq .Values.database.mode "bundled" }}
  - "{{ include "flts.prefix" . }}postgres"
  {{- else }}
  - "{{ include "flts.prefix" . }}postgres-rw"
  {{- end }}
  - "5432"
image: {{ include "flts.image" (list . .Values.images.wait) | quote }}
imagePullPolicy: {{ .Values.images.pullPolicy }}
resources:
  {{- include "flts.init-container-resources" . | nindent 2 }}
securityContext:
  {{- include "flts.security-context" . | nindent 2 }}
{{- end }}

{{/* Used 2 times. */}}
{{- define "flts.wait-for-mlflow" -}}
name: wait-for-mlflow
command:
  - sh
  - "-c"
  - |-
    {{- include "flts.wait-script" . | nindent 4 }}
  - wait
  - "MLflow at {{ include "flts.prefix" . }}mlflow:{{ int .Values.mlflow.port }}"
  - "600"
  - nc
  - "-z"
  - "-w"
  - "2"
  - "{{ include "flts.prefix" . }}mlflow"
  - {{ int .Values.mlflow.port | toString | quote }}
image: {{ include "flts.image" (list . .Values.images.wait) | quote }}
imagePullPolicy: {{ .Values.images.pullPolicy }}
resources:
  {{- include "flts.init-container-resources" . | nindent 2 }}
securityContext:
  {{- include "flts.security-context" . | nindent 2 }}
{{- end }}

{{/* Used 2 times, with root, values. */}}
{{- define "flts.backup" -}}
{{- if eq $.values.cloudnativepg.backup.method "objectStore" }}
retentionPolicy: "{{ int $.values.cloudnativepg.backup.keepDays }}d"
barmanObjectStore:
  destinationPath: {{ $.values.cloudnativepg.backup.objectStore.destination | quote }}
  {{- if $.values.cloudnativepg.backup.objectStore.endpointUrl }}
  endpointURL: {{ $.values.cloudnativepg.backup.objectStore.endpointUrl | quote }}
  {{- end }}
  {{- if eq $.values.cloudnativepg.backup.objectStore.provider "google" }}
  googleCredentials:
    gkeEnvironment: true
  {{- else if eq $.values.cloudnativepg.backup.objectStore.provider "azure" }}
  azureCredentials:
    storageAccount:
      name: {{ $.values.cloudnativepg.backup.objectStore.secretName | quote }}
      key: ACCESS_KEY_ID
    storageKey:
      name: {{ $.values.cloudnativepg.backup.objectStore.secretName | quote }}
      key: ACCESS_SECRET_KEY
  {{- else if eq $.values.cloudnativepg.backup.objectStore.provider "s3" }}
  s3Credentials:
    accessKeyId:
      name: {{ $.values.cloudnativepg.backup.objectStore.secretName | quote }}
      key: ACCESS_KEY_ID
    secretAccessKey:
      name: {{ $.values.cloudnativepg.backup.objectStore.secretName | quote }}
      key: ACCESS_SECRET_KEY
  {{- end }}
  wal:
    compression: gzip
{{- else }}
{{- if $.values.cloudnativepg.backup.snapshotClass }}
volumeSnapshot:
  className: {{ $.values.cloudnativepg.backup.snapshotClass | quote }}
{{- else }}
volumeSnapshot: {}
{{- end }}
{{- end }}
{{- end }}

{{/* Used 2 times, with root, cluster, values. */}}
{{- define "flts.egress-by-cluster" -}}
- ports:
    - port: 5432
      protocol: TCP
    - port: 8000
      protocol: TCP
  to:
    - podSelector:
        matchLabels:
          cnpg.io/cluster: "{{ include "flts.prefix" $.root }}{{ $.cluster }}"
- ports:
    {{- range $.root.Values.isolation.kubernetesApi.ports }}
    - port: {{ int .port }}
      protocol: TCP
    {{- end }}
  to:
    {{- range $.root.Values.isolation.kubernetesApi.cidrs }}
    - ipBlock:
        cidr: {{ . | quote }}
    {{- end }}
{{- if eq $.values.cloudnativepg.backup.method "objectStore" }}
- ports:
    - port: {{ int $.values.cloudnativepg.backup.objectStore.address.port }}
      protocol: TCP
  to:
    {{- range $.values.cloudnativepg.backup.objectStore.address.cidrs }}
    - ipBlock:
        cidr: {{ . | quote }}
    {{- end }}
{{- end }}
{{- end }}

{{/* Used 2 times. */}}
{{- define "flts.egress-kafka" -}}
ports:
  -
    {{- if eq .Values.kafka.mode "external" }}
    port: {{ int .Values.kafka.external.address.port }}
    {{- else }}
    port: 9092
    {{- end }}
    protocol: TCP
to:
  {{- if eq .Values.kafka.mode "strimzi" }}
  - podSelector:
      matchLabels:
        strimzi.io/cluster: "{{ include "flts.prefix" . }}kafka"
        strimzi.io/kind: Kafka
  {{- else if eq .Values.kafka.mode "external" }}
  {{- range .Values.kafka.external.address.cidrs }}
  - ipBlock:
      cidr: {{ . | quote }}
  {{- end }}
  {{- else }}
  - {{ include "flts.from" (dict "root" . "name" "kafka") | nindent 4 | trim }}
  {{- end }}
{{- end }}

{{/* Used 2 times, with root, values. */}}
{{- define "flts.data" -}}
{{- if and (not $.root.Values.secrets.externalSecrets.path) (eq $.values.mode "bundled") }}
- secretKey: {{ $.values.secret.passwordKey | quote }}
  remoteRef:
    key: {{ $.values.secret.name | quote }}
    property: {{ $.values.secret.passwordKey | quote }}
{{- end }}
{{- if not $.root.Values.secrets.externalSecrets.path }}
- secretKey: {{ $.values.secret.urlKey | quote }}
  remoteRef:
    key: {{ $.values.secret.name | quote }}
    property: {{ $.values.secret.urlKey | quote }}
{{- else if eq $.values.mode "bundled" }}
- secretKey: {{ $.values.secret.passwordKey | quote }}
  remoteRef:
    key: "{{ $.root.Values.secrets.externalSecrets.path }}{{ $.values.secret.name }}"
    property: {{ $.values.secret.passwordKey | quote }}
{{- end }}
{{- if $.root.Values.secrets.externalSecrets.path }}
- secretKey: {{ $.values.secret.urlKey | quote }}
  remoteRef:
    key: "{{ $.root.Values.secrets.externalSecrets.path }}{{ $.values.secret.name }}"
    property: {{ $.values.secret.urlKey | quote }}
{{- end }}
{{- end }}

{{/* Used 2 times. */}}
{{- define "flts.egress-database" -}}
ports:
  -
    {{- if eq .Values.database.mode "external" }}
    port: {{ int .Values.database.external.port }}
    {{- else }}
    port: 5432
    {{- end }}
    protocol: TCP
to:
  {{- if eq .Values.database.mode "external" }}
  {{- range .Values.database.external.cidrs }}
  - ipBlock:
      cidr: {{ . | quote }}
  {{- end }}
  {{- else if eq .Values.database.mode "bundled" }}
  - {{ include "flts.from" (dict "root" . "name" "postgres") | nindent 4 | trim }}
  {{- else }}
  - podSelector:
      matchLabels:
        cnpg.io/cluster: "{{ include "flts.prefix" . }}postgres"
  {{- end }}
{{- end }}

{{/* What a volume claim asks for, but for its size. */}}
{{- define "flts.claim-spec" -}}
accessModes:
  - ReadWriteOnce
{{- if .Values.storage.className }}
storageClassName: {{ .Values.storage.className | quote }}
{{- end }}
{{- end }}

{{/* The spec with which a volume claim was made, as JSON: of one that exists, what it was asked for at first. */}}
{{- define "flts.claimed" -}}
{{- $asked := .spec | fromYaml | toJson -}}
{{- with lookup "v1" "PersistentVolumeClaim" .namespace .name -}}
{{- $asked = dig "annotations" "mlplatform.io/claimed" (omit .spec "resources" | toJson) .metadata -}}
{{- end -}}
{{- $asked -}}
{{- end }}

{{/* The Service that names the pods of a StatefulSet: of one that is there already, its own. */}}
{{- define "flts.service-name" -}}
{{- dig "spec" "serviceName" .asked (lookup "apps/v1" "StatefulSet" .namespace .name) -}}
{{- end }}

{{/* The spec of a Job that runs once: of one that is there already, its own, for it is not run again. */}}
{{- define "flts.run" -}}
{{- $there := lookup "batch/v1" "Job" .namespace .name -}}
{{- if $there }}{{ toYaml $there.spec }}{{ else }}{{ .spec }}
{{- $before := printf "^%s[0-9a-f]{16}$" .before -}}
{{- if eq (toString .run) "1" }}
{{- range (lookup "batch/v1" "Job" .namespace "").items }}
{{- if and (regexMatch $before .metadata.name) (.status).succeeded }}
completions: 0
{{- break }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
