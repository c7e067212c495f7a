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

{{/* Used 81 times, with root, syncWave: annotations, namespace. */}}
{{- define "flts.metadata-entries" -}}
annotations:
  argocd.argoproj.io/sync-wave: {{ $.syncWave | quote }}
namespace: {{ include "flts.namespace" $.root | quote }}
{{- end }}

{{/* Used 65 times, with root, name. */}}
{{- define "flts.from" -}}
podSelector:
  {{- include "flts.selector" (dict "root" $.root "name" $.name) | nindent 2 }}
{{- end }}

{{/* Used 49 times, with root, name. */}}
{{- define "flts.selector" -}}
matchLabels:
  app.kubernetes.io/instance: "{{ include "flts.prefix" $.root }}flts"
  app.kubernetes.io/name: {{ $.name | quote }}
{{- end }}

{{/* Used 47 times. */}}
{{- define "flts.labels" -}}
app.kubernetes.io/instance: "{{ include "flts.prefix" . }}flts"
app.kubernetes.io/managed-by: Helm
app.kubernetes.io/part-of: flts
{{- range $key, $value := omit .Values.commonLabels "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/part-of" "helm.sh/chart" "app.kubernetes.io/version" }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
helm.sh/chart: {{ include "flts.chart" . | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{/* Used 38 times, with root, app, component. */}}
{{- define "flts.metadata-labels" -}}
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

{{/* Used 31 times, with root, port: port, protocol. */}}
{{- define "flts.ports-entries" -}}
port: {{ $.port }}
protocol: TCP
{{- end }}

{{/* Used 24 times, with root, app, component. */}}
{{- define "flts.service-account" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "flts.metadata" (dict "root" $.root "syncWave" "1" "app" $.app "component" $.component) | nindent 2 }}
automountServiceAccountToken: false
{{- end }}

{{/* Used 24 times, with root, syncWave, app, component. */}}
{{- define "flts.metadata" -}}
annotations:
  argocd.argoproj.io/sync-wave: {{ $.syncWave | quote }}
labels:
  {{- include "flts.metadata-labels" (dict "root" $.root "app" $.app "component" $.component) | nindent 2 }}
name: "{{ include "flts.prefix" $.root }}{{ $.app }}"
namespace: {{ include "flts.namespace" $.root | quote }}
{{- end }}

{{/* Used 24 times, with root, name, key, values. */}}
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

{{/* Used 21 times, with root, metadata, metadata2: apiVersion, kind, metadata. */}}
{{- define "flts.network-policy-entries" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "flts.metadata" (dict "root" $.root "syncWave" "1" "app" $.metadata "component" $.metadata2) | nindent 2 }}
{{- end }}

{{/* Used 20 times, with root, name. */}}
{{- define "flts.env-by-name" -}}
name: {{ $.name | quote }}
{{- if eq $.root.Values.objectStorage.mode "bundled" }}
value: "http://{{ include "flts.prefix" $.root }}minio:9000"
{{- else }}
value: {{ $.root.Values.objectStorage.external.url | quote }}
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

{{/* Used 18 times, with root, serviceAccountName: automountServiceAccountToken, enableServiceLinks, imagePullSecrets, serviceAccountName. */}}
{{- define "flts.spec-entries" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- if $.root.Values.images.pullSecrets }}
imagePullSecrets:
  {{- include "flts.image-pull-secrets" $.root | nindent 2 }}
{{- end }}
serviceAccountName: "{{ include "flts.prefix" $.root }}{{ $.serviceAccountName }}"
{{- end }}

{{/* Used 16 times, with root, app, component. */}}
{{- define "flts.job-template-metadata" -}}
labels:
  {{- include "flts.labels-by-component" (dict "root" $.root "app" $.app "component" $.component) | nindent 2 }}
{{- end }}

{{/* Used 15 times, with root, values. */}}
{{- define "flts.resources" -}}
limits:
  cpu: {{ $.values.resources.limits.cpu | quote }}
  memory: {{ include "flts.text" $.values.resources.limits.memory | quote }}
requests:
  cpu: {{ $.values.resources.requests.cpu | quote }}
  memory: {{ include "flts.text" $.values.resources.requests.memory | quote }}
{{- end }}

{{/* Used 15 times, with root, sizeLimit, name. */}}
{{- define "flts.volume" -}}
name: {{ $.name | quote }}
emptyDir:
  sizeLimit: {{ $.sizeLimit | quote }}
{{- end }}

{{/* Used 13 times. */}}
{{- define "flts.strategy" -}}
rollingUpdate:
  maxSurge: 1
  maxUnavailable: 0
type: RollingUpdate
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

{{/* Used 11 times, with root, containerPort, name. */}}
{{- define "flts.port" -}}
name: {{ $.name | quote }}
containerPort: {{ $.containerPort }}
protocol: TCP
{{- end }}

{{/* Used 10 times, with root, values, name. */}}
{{- define "flts.egress" -}}
ports:
  - port: {{ int $.values.port }}
    protocol: TCP
to:
  - {{ include "flts.from" (dict "root" $.root "name" $.name) | nindent 4 | trim }}
{{- end }}

{{/* Used 8 times. */}}
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

{{/* Used 8 times. */}}
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
  {{- if eq .Values.objectStorage.mode "bundled" }}
  - {{ include "flts.from" (dict "root" . "name" "minio") | nindent 4 | trim }}
  {{- else }}
  {{- range .Values.objectStorage.external.address.cidrs }}
  - ipBlock:
      cidr: {{ . | quote }}
  {{- end }}
  {{- end }}
{{- end }}

{{/* Used 8 times, with root, app, component. */}}
{{- define "flts.service-metadata" -}}
annotations:
  argocd.argoproj.io/sync-wave: "1"
labels:
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
name: "{{ include "flts.prefix" $.root }}{{ $.app }}"
namespace: {{ include "flts.namespace" $.root | quote }}
{{- end }}

{{/* Used 8 times, with root, app, component. */}}
{{- define "flts.labels-by-app" -}}
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

{{/* Used 8 times, with root, values. */}}
{{- define "flts.container-security-context" -}}
allowPrivilegeEscalation: false
capabilities:
  drop:
    - ALL
readOnlyRootFilesystem: {{ $.values.readOnlyRoot }}
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

{{/* Used 7 times, with root, name. */}}
{{- define "flts.topology-spread-constraints" -}}
- labelSelector:
    {{- include "flts.selector" (dict "root" $.root "name" $.name) | nindent 4 }}
  matchLabelKeys:
    - pod-template-hash
  maxSkew: 1
  topologyKey: topology.kubernetes.io/zone
  whenUnsatisfiable: ScheduleAnyway
- labelSelector:
    {{- include "flts.selector" (dict "root" $.root "name" $.name) | nindent 4 }}
  matchLabelKeys:
    - pod-template-hash
  maxSkew: 1
  topologyKey: kubernetes.io/hostname
  whenUnsatisfiable: ScheduleAnyway
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

{{/* Used 7 times. */}}
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

{{/* Used 7 times. */}}
{{- define "flts.init-container-resources" -}}
limits:
  cpu: "100m"
  memory: "32Mi"
requests:
  cpu: "10m"
  memory: "16Mi"
{{- end }}

{{/* Used 7 times, with root, app, component. */}}
{{- define "flts.labels-by-component" -}}
app: {{ $.app | quote }}
app.kubernetes.io/component: {{ $.component | quote }}
app.kubernetes.io/instance: "{{ include "flts.prefix" $.root }}flts"
app.kubernetes.io/name: {{ $.app | quote }}
app.kubernetes.io/part-of: flts
{{- end }}

{{/* Used 7 times. */}}
{{- define "flts.lifecycle" -}}
preStop:
  exec:
    command:
      - sleep
      - "5"
{{- end }}

{{/* Used 7 times, with root, name, port. */}}
{{- define "flts.ports" -}}
- name: {{ $.name | quote }}
  port: {{ $.port }}
  protocol: TCP
  targetPort: {{ $.name | quote }}
{{- end }}

{{/* Used 7 times, with root, path, port. */}}
{{- define "flts.readiness-probe" -}}
httpGet:
  path: {{ $.path | quote }}
  port: {{ $.port }}
timeoutSeconds: 3
{{- end }}

{{/* Used 6 times, with root, app, component, values. */}}
{{- define "flts.service" -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "flts.service-metadata" (dict "root" $.root "app" $.app "component" $.component) | nindent 2 }}
spec:
  {{- if ne $.root.Values.network.ipFamilyPolicy "clusterDefault" }}
  ipFamilyPolicy: {{ $.root.Values.network.ipFamilyPolicy }}
  {{- end }}
  ports:
    - name: http
      port: {{ int $.values.port }}
      protocol: TCP
      targetPort: http
  selector:
    app.kubernetes.io/instance: "{{ include "flts.prefix" $.root }}flts"
    app.kubernetes.io/name: {{ $.app | quote }}
  type: ClusterIP
{{- end }}

{{/* Used 6 times, with root, values. */}}
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

{{/* Used 6 times, with root, values. */}}
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

{{/* Used 6 times, with root, values, name: clusterIP, ports, selector. */}}
{{- define "flts.spec-with-cluster-ip" -}}
clusterIP: None
ports:
  - name: http
    port: {{ int $.values.port }}
    protocol: TCP
    targetPort: http
selector:
  app.kubernetes.io/instance: "{{ include "flts.prefix" $.root }}flts"
  app.kubernetes.io/name: {{ $.name | quote }}
{{- end }}

{{/* Used 6 times, with root, values, topologySpreadConstraints: securityContext, terminationGracePeriodSeconds, topologySpreadConstraints, volumes. */}}
{{- define "flts.spec-with-security-context" -}}
securityContext:
  {{- include "flts.security-context-by-values" (dict "root" $.root "values" $.values) | nindent 2 }}
terminationGracePeriodSeconds: 35
{{- if $.values.topologySpread }}
topologySpreadConstraints:
  {{- include "flts.topology-spread-constraints" (dict "root" $.root "name" $.topologySpreadConstraints) | nindent 2 }}
{{- end }}
volumes:
  - name: tmp
    emptyDir:
      sizeLimit: {{ include "flts.text" $.values.tmpSize | quote }}
{{- end }}

{{/* Used 6 times, with root, app, values: selector, endpoints. */}}
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

{{/* Used 6 times, with root, ports, ports2, name: clusterIP, ports, selector. */}}
{{- define "flts.spec-with-ports" -}}
clusterIP: None
ports:
  {{- include "flts.ports" (dict "root" $.root "name" $.ports "port" $.ports2) | nindent 2 }}
selector:
  app.kubernetes.io/instance: "{{ include "flts.prefix" $.root }}flts"
  app.kubernetes.io/name: {{ $.name | quote }}
{{- end }}

{{/* Used 6 times, with root, values: image, imagePullPolicy, lifecycle, ports, resources, securityContext, startupProbe, volumeMounts. */}}
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
  - name: tmp
    mountPath: /tmp
{{- end }}

{{/* Used 5 times. */}}
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

{{/* Used 5 times. */}}
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
  {{- if eq .Values.kafka.mode "bundled" }}
  - {{ include "flts.from" (dict "root" . "name" "kafka") | nindent 4 | trim }}
  {{- else if eq .Values.kafka.mode "external" }}
  {{- range .Values.kafka.external.address.cidrs }}
  - ipBlock:
      cidr: {{ . | quote }}
  {{- end }}
  {{- else }}
  - podSelector:
      matchLabels:
        strimzi.io/cluster: "{{ include "flts.prefix" . }}kafka"
        strimzi.io/kind: Kafka
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

{{/* Used 4 times, with root, values. */}}
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

{{/* Used 4 times, with root, values. */}}
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

{{/* Used 4 times, with root, name, port, name2. */}}
{{- define "flts.spec" -}}
{{- if ne $.root.Values.network.ipFamilyPolicy "clusterDefault" }}
ipFamilyPolicy: {{ $.root.Values.network.ipFamilyPolicy }}
{{- end }}
ports:
  {{- include "flts.ports" (dict "root" $.root "name" $.name "port" $.port) | nindent 2 }}
selector:
  app.kubernetes.io/instance: "{{ include "flts.prefix" $.root }}flts"
  app.kubernetes.io/name: {{ $.name2 | quote }}
type: ClusterIP
{{- end }}

{{/* Used 4 times, with root, name, values, name2. */}}
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

{{/* Used 4 times, with root, port, name. */}}
{{- define "flts.egress-by-port" -}}
ports:
  - port: {{ $.port }}
    protocol: TCP
to:
  - {{ include "flts.from" (dict "root" $.root "name" $.name) | nindent 4 | trim }}
{{- end }}

{{/* Used 4 times, with root, values, podSelector: ingress, podSelector, policyTypes. */}}
{{- define "flts.spec-with-ingress" -}}
{{- if or (and $.root.Values.monitoring.enabled $.values.metricsPath) (and (not $.root.Values.monitoring.enabled) $.root.Values.prometheus.enabled $.values.metricsPath) }}
ingress:
  {{- include "flts.spec-ingress" (dict "root" $.root "values" $.values) | nindent 2 }}
{{- end }}
podSelector:
  {{- include "flts.selector" (dict "root" $.root "name" $.podSelector) | nindent 2 }}
policyTypes:
  - Ingress
  - Egress
{{- end }}

{{/* Used 3 times, with root, app, values. */}}
{{- define "flts.template" -}}
metadata:
  {{- include "flts.job-template-metadata" (dict "root" $.root "app" $.app "component" "training") | nindent 2 }}
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
  enableServiceLinks: false
  {{- if $.root.Values.images.pullSecrets }}
  imagePullSecrets:
    {{- include "flts.image-pull-secrets" $.root | nindent 4 }}
  {{- end }}
  {{- if $.root.Values.network.initWaits }}
  initContainers:
    {{- include "flts.init-containers" $.root | nindent 4 }}
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
  volumes:
    - name: tmp
      emptyDir:
        sizeLimit: {{ include "flts.text" $.values.tmpSize | quote }}
{{- end }}

{{/* Used 3 times. */}}
{{- define "flts.init-containers" -}}
- {{ include "flts.wait-for-kafka" . | nindent 2 | trim }}
- {{ include "flts.wait-for-minio" . | nindent 2 | trim }}
- {{ include "flts.wait-for-mlflow" . | nindent 2 | trim }}
{{- end }}

{{/* Used 3 times, with root, app. */}}
{{- define "flts.network-policy" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "flts.metadata" (dict "root" $.root "syncWave" "1" "app" $.app "component" "training") | nindent 2 }}
spec:
  egress:
    {{- include "flts.spec-egress" $.root | nindent 4 }}
  podSelector:
    {{- include "flts.selector" (dict "root" $.root "name" $.app) | nindent 4 }}
  policyTypes:
    - Ingress
    - Egress
{{- end }}

{{/* Used 3 times. */}}
{{- define "flts.spec-egress" -}}
- {{ include "flts.egress-kafka" . | nindent 2 | trim }}
- {{ include "flts.egress-object-storage" . | nindent 2 | trim }}
- {{ include "flts.egress" (dict "root" . "values" .Values.mlflow "name" "mlflow") | nindent 2 | trim }}
{{- end }}

{{/* Used 3 times. */}}
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

{{/* Used 3 times. */}}
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

{{/* Used 3 times. */}}
{{- define "flts.egress-isolation" -}}
- ports:
    - port: {{ int .Values.isolation.dnsPort }}
      protocol: UDP
    - port: {{ int .Values.isolation.dnsPort }}
      protocol: TCP
  to:
    {{- if (ternary .Values.isolation.dnsLabels (fromJson "{\"k8s-app\":\"kube-dns\"}") (hasKey .Values.isolation "dnsLabels")) }}
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ .Values.isolation.dnsNamespace | quote }}
      podSelector:
        matchLabels:
          {{- toYaml (ternary .Values.isolation.dnsLabels (fromJson "{\"k8s-app\":\"kube-dns\"}") (hasKey .Values.isolation "dnsLabels")) | nindent 10 }}
    {{- else }}
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ .Values.isolation.dnsNamespace | quote }}
      podSelector:
        matchLabels: {}
    {{- end }}
    {{- range .Values.isolation.dnsCidrs }}
    - ipBlock:
        cidr: {{ . | quote }}
    {{- end }}
{{- end }}

{{/* Used 3 times, with root, values, name. */}}
{{- define "flts.egress-by-values" -}}
ports:
  -
    {{- if eq $.values.mode "external" }}
    port: {{ int $.values.external.port }}
    {{- else }}
    port: 5432
    {{- end }}
    protocol: TCP
to:
  {{- if eq $.values.mode "bundled" }}
  - {{ include "flts.from" (dict "root" $.root "name" $.name) | nindent 4 | trim }}
  {{- else if eq $.values.mode "external" }}
  {{- range $.values.external.cidrs }}
  - ipBlock:
      cidr: {{ . | quote }}
  {{- end }}
  {{- else if eq $.values.mode "cloudnativepg" }}
  - podSelector:
      matchLabels:
        cnpg.io/cluster: "{{ include "flts.prefix" $.root }}{{ $.name }}"
  {{- end }}
{{- end }}

{{/* Used 3 times, with root, port, name, name2. */}}
{{- define "flts.network-policy-spec" -}}
egress:
  - {{ include "flts.egress-by-port" (dict "root" $.root "port" $.port "name" $.name) | nindent 4 | trim }}
podSelector:
  {{- include "flts.selector" (dict "root" $.root "name" $.name2) | nindent 2 }}
policyTypes:
  - Ingress
  - Egress
{{- end }}

{{/* Used 3 times, with root, values. */}}
{{- define "flts.container-readiness-probe" -}}
{{- if and (not $.values.healthPath) (not $.values.readyPath) }}
tcpSocket:
  port: {{ int $.values.port }}
{{- else }}
httpGet:
  {{- if $.values.readyPath }}
  path: {{ $.values.readyPath | quote }}
  {{- else }}
  path: {{ $.values.healthPath | quote }}
  {{- end }}
  port: {{ int $.values.port }}
{{- end }}
timeoutSeconds: 3
{{- end }}

{{/* Used 3 times, with root, values. */}}
{{- define "flts.readiness-probe-by-values" -}}
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
  {{- include "flts.job-template-metadata" (dict "root" $.root "app" $.app "component" "database") | nindent 2 }}
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

{{/* Used 2 times, with root, app, values. */}}
{{- define "flts.cluster" -}}
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata:
  {{- include "flts.metadata" (dict "root" $.root "syncWave" "2" "app" $.app "component" "database") | nindent 2 }}
spec:
  instances: {{ int $.values.cloudnativepg.instances }}
  imageName: {{ include "flts.image" (list $.root $.values.cloudnativepg.image) | quote }}
  imagePullPolicy: {{ $.root.Values.images.pullPolicy }}
  {{- if $.root.Values.images.pullSecrets }}
  imagePullSecrets:
    {{- include "flts.image-pull-secrets" $.root | nindent 4 }}
  {{- end }}
  bootstrap:
    initdb:
      database: {{ $.values.database | quote }}
      owner: {{ $.values.user | quote }}
  storage:
    size: {{ include "flts.text" $.values.volume.size | quote }}
    {{- if $.root.Values.storage.className }}
    storageClass: {{ $.root.Values.storage.className | quote }}
    {{- end }}
  resources:
    requests:
      cpu: {{ $.values.resources.requests.cpu | quote }}
      memory: {{ include "flts.text" $.values.resources.requests.memory | quote }}
    limits:
      cpu: {{ $.values.resources.limits.cpu | quote }}
      memory: {{ include "flts.text" $.values.resources.limits.memory | quote }}
  affinity:
    enablePodAntiAffinity: true
    topologyKey: kubernetes.io/hostname
    podAntiAffinityType: preferred
  {{- if $.values.cloudnativepg.serviceAccountAnnotations }}
  serviceAccountTemplate:
    metadata:
      annotations:
        {{- toYaml $.values.cloudnativepg.serviceAccountAnnotations | nindent 8 }}
  {{- end }}
  {{- if ne $.values.cloudnativepg.backup.method "none" }}
  backup:
    {{- if ne $.values.cloudnativepg.backup.method "objectStore" }}
    {{- if $.values.cloudnativepg.backup.snapshotClass }}
    volumeSnapshot:
      className: {{ $.values.cloudnativepg.backup.snapshotClass | quote }}
    {{- else }}
    volumeSnapshot: {}
    {{- end }}
    {{- else }}
    retentionPolicy: "{{ int $.values.cloudnativepg.backup.keepDays }}d"
    barmanObjectStore:
      destinationPath: {{ $.values.cloudnativepg.backup.objectStore.destination | quote }}
      {{- if $.values.cloudnativepg.backup.objectStore.endpointUrl }}
      endpointURL: {{ $.values.cloudnativepg.backup.objectStore.endpointUrl | quote }}
      {{- end }}
      {{- if eq $.values.cloudnativepg.backup.objectStore.provider "azure" }}
      azureCredentials:
        storageAccount:
          name: {{ $.values.cloudnativepg.backup.objectStore.secretName | quote }}
          key: ACCESS_KEY_ID
        storageKey:
          name: {{ $.values.cloudnativepg.backup.objectStore.secretName | quote }}
          key: ACCESS_SECRET_KEY
      {{- else if eq $.values.cloudnativepg.backup.objectStore.provider "google" }}
      googleCredentials:
        gkeEnvironment: true
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
    {{- end }}
  {{- end }}
{{- end }}

{{/* Used 2 times, with root, app, pghost, values. */}}
{{- define "flts.template-by-app" -}}
metadata:
  {{- include "flts.job-template-metadata" (dict "root" $.root "app" $.app "component" "backup") | nindent 2 }}
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
        {{- include "flts.security-context" $.root | nindent 8 }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        - name: backup
          mountPath: /backup
  enableServiceLinks: false
  {{- if $.root.Values.images.pullSecrets }}
  imagePullSecrets:
    {{- include "flts.image-pull-secrets" $.root | nindent 4 }}
  {{- end }}
  restartPolicy: OnFailure
  securityContext:
    {{- include "flts.spec-security-context" (dict "root" $.root "fsGroup" 70) | nindent 4 }}
  serviceAccountName: "{{ include "flts.prefix" $.root }}{{ $.app }}"
  volumes:
    - {{ include "flts.volume" (dict "root" $.root "sizeLimit" "64Mi" "name" "tmp") | nindent 6 | trim }}
    - name: backup
      persistentVolumeClaim:
        claimName: "{{ include "flts.prefix" $.root }}{{ $.app }}"
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

{{/* Used 2 times, with root, values. */}}
{{- define "flts.data" -}}
{{- if and $.root.Values.secrets.externalSecrets.path (eq $.values.mode "bundled") }}
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
{{- else if eq $.values.mode "bundled" }}
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
{{- end }}
{{- end }}

{{/* Used 2 times. */}}
{{- define "flts.network-policy-metadata" -}}
annotations:
  argocd.argoproj.io/sync-wave: "1"
  helm.sh/hook: test
  helm.sh/hook-weight: "0"
  helm.sh/hook-delete-policy: "before-hook-creation,hook-succeeded"
labels:
  {{- include "flts.metadata-labels" (dict "root" . "app" "flts-check" "component" "check") | nindent 2 }}
name: "{{ include "flts.prefix" . }}flts-check"
namespace: {{ include "flts.namespace" . | quote }}
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

{{/* What is written (last in the list), with what its section of the values and .Values.defaults add to it. */}}
{{- define "flts.extended-cluster" -}}
{{- $all := (index . 0).Values.defaults }}
{{- $own := index . 1 }}
{{- if not (or $all.pod $own.pod $all.serviceAccount $own.serviceAccount) }}{{ index . 2 }}
{{- else }}
{{- $object := fromYaml (index . 2) }}
{{- include "flts.add" (list $object "spec.inheritedMetadata.labels" "beneath" ($all.pod).labels ($own.pod).labels) }}
{{- include "flts.add" (list $object "spec.inheritedMetadata.annotations" "beneath" ($all.pod).annotations ($own.pod).annotations) }}
{{- include "flts.add" (list $object "spec.affinity.nodeSelector" "over" ($all.pod).nodeSelector ($own.pod).nodeSelector) }}
{{- include "flts.add" (list $object "spec.affinity.tolerations" "append" ($all.pod).tolerations ($own.pod).tolerations) }}
{{- include "flts.add" (list $object "spec.affinity.nodeAffinity" "over" (($all.pod).affinity).nodeAffinity (($own.pod).affinity).nodeAffinity) }}
{{- include "flts.add" (list $object "spec.affinity.additionalPodAffinity" "over" (($all.pod).affinity).podAffinity (($own.pod).affinity).podAffinity) }}
{{- include "flts.add" (list $object "spec.affinity.additionalPodAntiAffinity" "over" (($all.pod).affinity).podAntiAffinity (($own.pod).affinity).podAntiAffinity) }}
{{- include "flts.add" (list $object "spec.topologySpreadConstraints" "append" ($all.pod).topologySpreadConstraints ($own.pod).topologySpreadConstraints) }}
{{- include "flts.add" (list $object "spec.priorityClassName" "set" ($all.pod).priorityClassName ($own.pod).priorityClassName) }}
{{- include "flts.add" (list $object "spec.env" "variables" ($all.pod).extraEnv ($own.pod).extraEnv) }}
{{- include "flts.add" (list $object "spec.envFrom" "append" ($all.pod).envFrom ($own.pod).envFrom) }}
{{- include "flts.add" (list $object "spec.resources.requests" "amounts" (($all.pod).resources).requests (($own.pod).resources).requests) }}
{{- include "flts.add" (list $object "spec.resources.limits" "amounts" (($all.pod).resources).limits (($own.pod).resources).limits) }}
{{- include "flts.add" (list $object "spec.serviceAccountTemplate.metadata.labels" "beneath" ($all.serviceAccount).labels ($own.serviceAccount).labels) }}
{{- include "flts.add" (list $object "spec.serviceAccountTemplate.metadata.annotations" "beneath" ($all.serviceAccount).annotations ($own.serviceAccount).annotations) }}
{{- toPrettyJson $object }}
{{- end }}
{{- end }}

{{/* What is written (last in the list), with what its section of the values and .Values.defaults add to it. */}}
{{- define "flts.extended-pod" -}}
{{- $all := (index . 0).Values.defaults }}
{{- $own := index . 1 }}
{{- if not (or $all.pod $own.pod $all.clusterUsers $all.serviceAccount $own.serviceAccount) }}{{ index . 2 }}
{{- else }}
{{- $object := fromYaml (index . 2) }}
{{- include "flts.add" (list $object "metadata.labels" "beneath" ($all.pod).labels ($own.pod).labels) }}
{{- include "flts.add" (list $object "metadata.annotations" "beneath" ($all.pod).annotations ($own.pod).annotations) }}
{{- include "flts.add" (list $object "spec.nodeSelector" "over" ($all.pod).nodeSelector ($own.pod).nodeSelector) }}
{{- include "flts.add" (list $object "spec.tolerations" "append" ($all.pod).tolerations ($own.pod).tolerations) }}
{{- include "flts.add" (list $object "spec.affinity" "over" ($all.pod).affinity ($own.pod).affinity) }}
{{- include "flts.add" (list $object "spec.topologySpreadConstraints" "append" ($all.pod).topologySpreadConstraints ($own.pod).topologySpreadConstraints) }}
{{- include "flts.add" (list $object "spec.priorityClassName" "set" ($all.pod).priorityClassName ($own.pod).priorityClassName) }}
{{- include "flts.add" (list $object "spec.runtimeClassName" "set" ($all.pod).runtimeClassName ($own.pod).runtimeClassName) }}
{{- include "flts.add" (list $object "spec.hostAliases" "append" ($all.pod).hostAliases ($own.pod).hostAliases) }}
{{- if $all.clusterUsers }}{{ $_ := unset $object.spec.securityContext "runAsUser" }}{{ $_ := unset $object.spec.securityContext "runAsGroup" }}{{ $_ := unset $object.spec.securityContext "fsGroup" }}{{ $_ := unset $object.spec.securityContext "fsGroupChangePolicy" }}{{ end }}
{{- include "flts.add" (list $object "spec.securityContext" "over" ($all.pod).securityContext ($own.pod).securityContext) }}
{{- include "flts.add" (list $object "spec" "over" ($all.pod).spec ($own.pod).spec) }}
{{- include "flts.add" (list $object "spec.volumes" "volumes" ($all.pod).extraVolumes ($own.pod).extraVolumes) }}
{{- include "flts.add" (list $object "spec.containers.0.volumeMounts" "mounts" ($all.pod).extraVolumes ($own.pod).extraVolumes) }}
{{- include "flts.add" (list $object "spec.containers.0.env" "variables" ($all.pod).extraEnv ($own.pod).extraEnv) }}
{{- include "flts.add" (list $object "spec.containers.0.envFrom" "append" ($all.pod).envFrom ($own.pod).envFrom) }}
{{- include "flts.add" (list $object "spec.containers.0.args" "append" ($all.pod).extraArgs ($own.pod).extraArgs) }}
{{- include "flts.add" (list $object "spec.containers.0.resources.requests" "amounts" (($all.pod).resources).requests (($own.pod).resources).requests) }}
{{- include "flts.add" (list $object "spec.containers.0.resources.limits" "amounts" (($all.pod).resources).limits (($own.pod).resources).limits) }}
{{- include "flts.add" (list $object "spec.containers.0.securityContext" "over" ($all.pod).containerSecurityContext ($own.pod).containerSecurityContext) }}
{{- include "flts.add" (list $object "spec.containers.0" "over" ($all.pod).container ($own.pod).container) }}
{{- include "flts.add" (list $object "spec.initContainers" "containers" ($all.pod).extraInitContainers ($own.pod).extraInitContainers) }}
{{- include "flts.add" (list $object "spec.containers" "containers" ($all.pod).extraContainers ($own.pod).extraContainers) }}
{{- include "flts.add" (list $object "spec.automountServiceAccountToken" "set" ($all.serviceAccount).automount ($own.serviceAccount).automount) }}
{{- toPrettyJson $object }}
{{- end }}
{{- end }}

{{/* What is written (last in the list), with what its section of the values and .Values.defaults add to it. */}}
{{- define "flts.extended-node-pool" -}}
{{- $all := (index . 0).Values.defaults }}
{{- $own := index . 1 }}
{{- if not (or $all.pod $own.pod) }}{{ index . 2 }}
{{- else }}
{{- $object := fromYaml (index . 2) }}
{{- include "flts.add" (list $object "spec.template.pod.metadata.labels" "beneath" ($all.pod).labels ($own.pod).labels) }}
{{- include "flts.add" (list $object "spec.template.pod.metadata.annotations" "beneath" ($all.pod).annotations ($own.pod).annotations) }}
{{- include "flts.add" (list $object "spec.template.pod.tolerations" "append" ($all.pod).tolerations ($own.pod).tolerations) }}
{{- include "flts.add" (list $object "spec.template.pod.affinity" "over" ($all.pod).affinity ($own.pod).affinity) }}
{{- include "flts.add" (list $object "spec.template.pod.topologySpreadConstraints" "append" ($all.pod).topologySpreadConstraints ($own.pod).topologySpreadConstraints) }}
{{- include "flts.add" (list $object "spec.template.pod.priorityClassName" "set" ($all.pod).priorityClassName ($own.pod).priorityClassName) }}
{{- include "flts.add" (list $object "spec.template.pod.hostAliases" "append" ($all.pod).hostAliases ($own.pod).hostAliases) }}
{{- include "flts.add" (list $object "spec.resources.requests" "amounts" (($all.pod).resources).requests (($own.pod).resources).requests) }}
{{- include "flts.add" (list $object "spec.resources.limits" "amounts" (($all.pod).resources).limits (($own.pod).resources).limits) }}
{{- toPrettyJson $object }}
{{- end }}
{{- end }}

{{/* What is written (last in the list), with what its section of the values and .Values.defaults add to it. */}}
{{- define "flts.extended-network-policy" -}}
{{- $all := (index . 0).Values.defaults }}
{{- $own := index . 1 }}
{{- if not (or $all.network $own.network) }}{{ index . 2 }}
{{- else }}
{{- $object := fromYaml (index . 2) }}
{{- include "flts.add" (list $object "spec.ingress" "append" ($all.network).ingress ($own.network).ingress) }}
{{- include "flts.add" (list $object "spec.egress" "append" ($all.network).egress ($own.network).egress) }}
{{- toPrettyJson $object }}
{{- end }}
{{- end }}

{{/* What is written (last in the list), with what its section of the values and .Values.defaults add to it. */}}
{{- define "flts.extended-service" -}}
{{- $all := (index . 0).Values.defaults }}
{{- $own := index . 1 }}
{{- if not (or $all.service $own.service) }}{{ index . 2 }}
{{- else }}
{{- $object := fromYaml (index . 2) }}
{{- include "flts.add" (list $object "metadata.labels" "beneath" ($all.service).labels ($own.service).labels) }}
{{- include "flts.add" (list $object "metadata.annotations" "beneath" ($all.service).annotations ($own.service).annotations) }}
{{- include "flts.add" (list $object "spec.type" "set" ($all.service).type ($own.service).type) }}
{{- include "flts.add" (list $object "spec.loadBalancerClass" "set" ($all.service).loadBalancerClass ($own.service).loadBalancerClass) }}
{{- include "flts.add" (list $object "spec.loadBalancerSourceRanges" "append" ($all.service).loadBalancerSourceRanges ($own.service).loadBalancerSourceRanges) }}
{{- include "flts.add" (list $object "spec" "over" ($all.service).spec ($own.service).spec) }}
{{- toPrettyJson $object }}
{{- end }}
{{- end }}

{{/* What is written (last in the list), with what its section of the values and .Values.defaults add to it. */}}
{{- define "flts.extended-service-account" -}}
{{- $all := (index . 0).Values.defaults }}
{{- $own := index . 1 }}
{{- if not (or $all.serviceAccount $own.serviceAccount) }}{{ index . 2 }}
{{- else }}
{{- $object := fromYaml (index . 2) }}
{{- include "flts.add" (list $object "metadata.labels" "beneath" ($all.serviceAccount).labels ($own.serviceAccount).labels) }}
{{- include "flts.add" (list $object "metadata.annotations" "beneath" ($all.serviceAccount).annotations ($own.serviceAccount).annotations) }}
{{- include "flts.add" (list $object "automountServiceAccountToken" "set" ($all.serviceAccount).automount ($own.serviceAccount).automount) }}
{{- toPrettyJson $object }}
{{- end }}
{{- end }}

{{/* Puts a value where a path leads in an object, with what is there: of all workloads, and over it of this one. */}}
{{- define "flts.add" -}}
{{- $into := index . 0 }}
{{- $path := splitList "." (index . 1) }}
{{- $how := index . 2 }}
{{- $all := index . 3 }}
{{- $value := index . 4 }}
{{- if kindIs "invalid" $value }}{{ $value = $all }}
{{- else if and (kindIs "slice" $all) (kindIs "slice" $value) }}
{{- $names := list }}{{ range $value }}{{ if kindIs "map" . }}{{ $names = append $names .name }}{{ end }}{{ end }}
{{- $both := list }}
{{- range $all }}
{{- $isTaken := false }}{{ if kindIs "map" . }}{{ $isTaken = and .name (has .name $names) }}{{ end }}
{{- if not $isTaken }}{{ $both = append $both . }}{{ end }}
{{- end }}
{{- $value = concat $both $value }}
{{- else if and (kindIs "map" $all) (kindIs "map" $value) }}
{{- $both := deepCopy $all }}
{{- range $key, $each := $value }}{{ $_ := set $both $key $each }}{{ end }}
{{- $value = $both }}
{{- end }}
{{- if or $value (kindIs "bool" $value) }}
{{- range initial $path }}
{{- if kindIs "slice" $into }}{{ $into = index $into (int .) }}
{{- else }}
{{- if not (hasKey $into .) }}{{ $_ := set $into . dict }}{{ end }}
{{- $into = get $into . }}
{{- end }}
{{- end }}
{{- $key := last $path }}
{{- $there := dict }}
{{- if kindIs "slice" $into }}{{ $there = index $into (int $key) }}
{{- else if hasKey $into $key }}{{ $there = get $into $key }}
{{- else if not (has $how (list "over" "beneath" "amounts")) }}{{ $there = list }}
{{- end }}
{{- if eq $how "set" }}{{ $_ := set $into $key $value }}
{{- else if has $how (list "over" "beneath" "amounts") }}
{{- range $name, $each := $value }}
{{- if and (eq $how "amounts") (or (kindIs "invalid" $each) (eq (toString $each) "")) }}{{ $_ := unset $there $name }}
{{- else if eq $how "amounts" }}{{ $_ := set $there $name (include "flts.text" $each) }}
{{- else if not (and (eq $how "beneath") (hasKey $there $name)) }}{{ $_ := set $there $name $each }}
{{- end }}
{{- end }}
{{- if kindIs "map" $into }}{{ $_ := set $into $key $there }}{{ end }}
{{- else }}
{{- $items := $there }}
{{- if eq $how "append" }}{{ $items = concat $there $value }}
{{- else if eq $how "containers" }}
{{- range $value }}{{ $items = append $items (ternary . (merge (deepCopy .) (dict "securityContext" (fromJson "{\"allowPrivilegeEscalation\":false,\"capabilities\":{\"drop\":[\"ALL\"]}}"))) (hasKey . "securityContext")) }}{{ end }}
{{- else if eq $how "variables" }}
{{- $names := list }}{{ range $there }}{{ $names = append $names .name }}{{ end }}
{{- range $name, $each := $value }}
{{- if not (has $name $names) }}
{{- $items = append $items (kindIs "map" $each | ternary (merge (dict "name" $name) (kindIs "map" $each | ternary $each dict)) (dict "name" $name "value" $each)) }}
{{- end }}
{{- end }}
{{- else if eq $how "volumes" }}
{{- range $value }}
{{- $volume := merge (dict "name" (print "extra-" .name)) (default dict .volume) }}
{{- if eq (default "" .kind) "configMap" }}{{ $_ := set $volume "configMap" (dict "name" .source) }}{{ end }}
{{- if eq (default "" .kind) "secret" }}{{ $_ := set $volume "secret" (dict "secretName" .source "defaultMode" 256) }}{{ end }}
{{- $items = append $items $volume }}
{{- end }}
{{- else if eq $how "mounts" }}
{{- range $value }}
{{- if .mountPath }}
{{- $mount := dict "name" (print "extra-" .name) "mountPath" .mountPath }}
{{- if .subPath }}{{ $_ := set $mount "subPath" .subPath }}{{ end }}
{{- if ternary .readOnly (hasKey . "kind") (hasKey . "readOnly") }}{{ $_ := set $mount "readOnly" true }}{{ end }}
{{- $items = append $items $mount }}
{{- end }}
{{- end }}
{{- end }}
{{- $_ := set $into $key $items }}
{{- end }}
{{- end }}
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
