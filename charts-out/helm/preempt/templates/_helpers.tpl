{{/* What the names of all objects begin with: nothing for a release that is called like its chart, else its name. */}}
{{- define "preempt.prefix" -}}
{{- if .Values.namePrefix }}{{ .Values.namePrefix }}
{{- else if not (has .Release.Name (list "preempt")) }}
{{- if gt (len .Release.Name) 24 }}{{ fail "the release's name is longer than 24, and names of objects begin with it: set namePrefix" }}{{ end -}}
{{ .Release.Name }}-
{{- end -}}
{{- end }}

{{/* The namespace: that of the release, unless the values name another one. */}}
{{- define "preempt.namespace" -}}
{{- .Values.namespace.name | default .Release.Namespace -}}
{{- end }}

{{/* The reference of an image; what it leaves empty comes from the settings of all images. */}}
{{- define "preempt.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- with ($root.Values.global).imageRegistry | default $image.registry | default $root.Values.images.registry }}{{ . }}/{{ end -}}
{{ $image.repository }}:{{ $image.tag | default (include "preempt.image-tag" $root) }}
{{- with $image.digest }}@{{ . }}{{ end -}}
{{- end }}

{{/* The registry of our own images. */}}
{{- define "preempt.image-registry" -}}
{{- (.Values.global).imageRegistry | default .Values.images.registry -}}
{{- end }}

{{/* The version of our own images: the chart's, unless the values name another one. */}}
{{- define "preempt.image-tag" -}}
{{- .Values.images.tag | default .Chart.AppVersion -}}
{{- end }}

{{/* A text, or the number that was given in its place, whole. */}}
{{- define "preempt.text" -}}
{{- toJson . | trimAll "\"" -}}
{{- end }}

{{/* Name and version of the chart, as a label may have them. */}}
{{- define "preempt.chart" -}}
{{- printf "preempt-%s" .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/* A mark of these contents: pods that read a ConfigMap are rolled when it changes, and a Job becomes another one. */}}
{{- define "preempt.checksum" -}}
{{- $root := index . 0 -}}
{{- $data := dict -}}
{{- range rest . }}{{ $data = merge $data (include (print "preempt." .) $root | fromYaml) }}{{ end -}}
{{- $data | toRawJson | sha256sum | trunc 16 -}}
{{- end }}

{{/* Used 33 times, with root, syncWave: annotations, namespace. */}}
{{- define "preempt.metadata-entries" -}}
annotations:
  argocd.argoproj.io/sync-wave: {{ $.syncWave | quote }}
namespace: {{ include "preempt.namespace" $.root | quote }}
{{- end }}

{{/* Used 24 times, with root, name. */}}
{{- define "preempt.pod-selector" -}}
matchLabels:
  app.kubernetes.io/instance: "{{ include "preempt.prefix" $.root }}preempt"
  app.kubernetes.io/name: {{ $.name | quote }}
{{- end }}

{{/* Used 21 times. */}}
{{- define "preempt.labels" -}}
app.kubernetes.io/instance: "{{ include "preempt.prefix" . }}preempt"
app.kubernetes.io/managed-by: Helm
app.kubernetes.io/part-of: preempt
{{- range $key, $value := omit .Values.commonLabels "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/part-of" "helm.sh/chart" "app.kubernetes.io/version" }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
helm.sh/chart: {{ include "preempt.chart" . | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{/* Used 18 times, with root, app, component. */}}
{{- define "preempt.metadata-labels" -}}
app: {{ $.app | quote }}
app.kubernetes.io/component: {{ $.component | quote }}
app.kubernetes.io/instance: "{{ include "preempt.prefix" $.root }}preempt"
app.kubernetes.io/managed-by: Helm
app.kubernetes.io/name: {{ $.app | quote }}
app.kubernetes.io/part-of: preempt
{{- range $key, $value := omit $.root.Values.commonLabels "app" "app.kubernetes.io/component" "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/name" "app.kubernetes.io/part-of" "helm.sh/chart" "app.kubernetes.io/version" }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
helm.sh/chart: {{ include "preempt.chart" $.root | quote }}
app.kubernetes.io/version: {{ $.root.Chart.AppVersion | quote }}
{{- end }}

{{/* Used 18 times, with root, name. */}}
{{- define "preempt.from" -}}
podSelector:
  {{- include "preempt.pod-selector" (dict "root" $.root "name" $.name) | nindent 2 }}
{{- end }}

{{/* Used 12 times. */}}
{{- define "preempt.image-pull-secrets" -}}
{{- range .Values.images.pullSecrets }}
- name: {{ . | quote }}
{{- end }}
{{- end }}

{{/* Used 12 times, with root, serviceAccountName: automountServiceAccountToken, enableServiceLinks, imagePullSecrets, serviceAccountName. */}}
{{- define "preempt.spec-entries" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- if $.root.Values.images.pullSecrets }}
imagePullSecrets:
  {{- include "preempt.image-pull-secrets" $.root | nindent 2 }}
{{- end }}
serviceAccountName: "{{ include "preempt.prefix" $.root }}{{ $.serviceAccountName }}"
{{- end }}

{{/* Used 11 times, with root, app, component. */}}
{{- define "preempt.service-account" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "preempt.metadata" (dict "root" $.root "app" $.app "component" $.component) | nindent 2 }}
automountServiceAccountToken: false
{{- end }}

{{/* Used 11 times, with root, values. */}}
{{- define "preempt.resources" -}}
limits:
  cpu: {{ $.values.resources.limits.cpu | quote }}
  memory: {{ include "preempt.text" $.values.resources.limits.memory | quote }}
requests:
  cpu: {{ $.values.resources.requests.cpu | quote }}
  memory: {{ include "preempt.text" $.values.resources.requests.memory | quote }}
{{- end }}

{{/* Used 9 times, with root, app, component. */}}
{{- define "preempt.metadata" -}}
annotations:
  argocd.argoproj.io/sync-wave: "1"
labels:
  {{- include "preempt.metadata-labels" (dict "root" $.root "app" $.app "component" $.component) | nindent 2 }}
name: "{{ include "preempt.prefix" $.root }}{{ $.app }}"
namespace: {{ include "preempt.namespace" $.root | quote }}
{{- end }}

{{/* Used 9 times. */}}
{{- define "preempt.security-context" -}}
allowPrivilegeEscalation: false
capabilities:
  drop:
    - ALL
readOnlyRootFilesystem: true
{{- end }}

{{/* Used 8 times, with root, values. */}}
{{- define "preempt.container-security-context" -}}
allowPrivilegeEscalation: false
capabilities:
  drop:
    - ALL
readOnlyRootFilesystem: {{ $.values.readOnlyRoot }}
{{- end }}

{{/* Used 8 times, with root, values, command. */}}
{{- define "preempt.command" -}}
{{- if eq $.values.mode "bundled" -}}
{{ include "preempt.prefix" $.root }}{{ $.command }}
{{- else -}}
{{ $.values.external.host }}
{{- end -}}
{{- end }}

{{/* Used 8 times, with root, values, command. */}}
{{- define "preempt.env-command" -}}
{{- if eq $.values.mode "bundled" -}}
{{ $.command }}
{{- else -}}
{{ int $.values.external.address.port }}
{{- end -}}
{{- end }}

{{/* Used 8 times, with root, values: command, image, imagePullPolicy, resources, securityContext. */}}
{{- define "preempt.containers-entries" -}}
{{- if $.values.command }}
command:
  {{- toYaml $.values.command | nindent 2 }}
{{- end }}
image: {{ include "preempt.image" (list $.root $.values.image) | quote }}
imagePullPolicy: {{ $.root.Values.images.pullPolicy }}
resources:
  {{- include "preempt.resources" (dict "root" $.root "values" $.values) | nindent 2 }}
securityContext:
  {{- include "preempt.container-security-context" (dict "root" $.root "values" $.values) | nindent 2 }}
{{- end }}

{{/* Used 7 times, with root, app, component. */}}
{{- define "preempt.template-metadata" -}}
annotations:
  checksum/config: {{ include "preempt.checksum" (list $.root "configmap.preempt-config") | quote }}
labels:
  app: {{ $.app | quote }}
  app.kubernetes.io/component: {{ $.component | quote }}
  app.kubernetes.io/instance: "{{ include "preempt.prefix" $.root }}preempt"
  app.kubernetes.io/name: {{ $.app | quote }}
  app.kubernetes.io/part-of: preempt
{{- end }}

{{/* Used 7 times, with root, app, component. */}}
{{- define "preempt.job-template-metadata" -}}
labels:
  app: {{ $.app | quote }}
  app.kubernetes.io/component: {{ $.component | quote }}
  app.kubernetes.io/instance: "{{ include "preempt.prefix" $.root }}preempt"
  app.kubernetes.io/name: {{ $.app | quote }}
  app.kubernetes.io/part-of: preempt
{{- end }}

{{/* Used 7 times. */}}
{{- define "preempt.config" -}}
name: config
mountPath: /app/config.yaml
readOnly: true
subPath: config.yaml
{{- end }}

{{/* Used 7 times, with root, alert, for, severity: alert, for, labels. */}}
{{- define "preempt.rules-entries" -}}
alert: {{ $.alert | quote }}
for: {{ $.for | quote }}
labels:
  severity: {{ $.severity | quote }}
{{- end }}

{{/* Used 6 times, with root, values. */}}
{{- define "preempt.spec-security-context" -}}
fsGroup: {{ int $.values.user }}
fsGroupChangePolicy: OnRootMismatch
runAsGroup: {{ int $.values.user }}
runAsNonRoot: true
runAsUser: {{ int $.values.user }}
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* Used 5 times. */}}
{{- define "preempt.env" -}}
- name: DB_HOST
  value: {{ include "preempt.command" (dict "root" . "values" .Values.mysql "command" "mysql") | quote }}
- name: DB_PORT
  value: {{ include "preempt.env-command" (dict "root" . "values" .Values.mysql "command" "3306") | quote }}
- name: DB_NAME
  value: {{ .Values.mysql.database | quote }}
- name: DB_USER
  value: {{ .Values.mysql.user | quote }}
- name: DB_PASSWORD
  valueFrom:
    secretKeyRef:
      key: {{ .Values.mysql.passwordKey | quote }}
      name: {{ .Values.mysql.secret | quote }}
- name: REDIS_HOST
  value: {{ include "preempt.command" (dict "root" . "values" .Values.redis "command" "redis") | quote }}
- name: REDIS_PORT
  value: {{ include "preempt.env-command" (dict "root" . "values" .Values.redis "command" "6379") | quote }}
- name: REDIS_PASSWORD
  valueFrom:
    secretKeyRef:
      key: {{ .Values.redis.passwordKey | quote }}
      name: {{ .Values.redis.secret | quote }}
- name: HOME
  value: /tmp
{{- end }}

{{/* Used 5 times, with root, values, port, name. */}}
{{- define "preempt.egress" -}}
ports:
  -
    {{- if eq $.values.mode "bundled" }}
    port: {{ $.port }}
    {{- else }}
    port: {{ int $.values.external.address.port }}
    {{- end }}
    protocol: TCP
to:
  {{- if eq $.values.mode "bundled" }}
  - {{ include "preempt.from" (dict "root" $.root "name" $.name) | nindent 4 | trim }}
  {{- else }}
  {{- range $.values.external.address.cidrs }}
  - ipBlock:
      cidr: {{ . | quote }}
  {{- end }}
  {{- end }}
{{- end }}

{{/* Used 5 times. */}}
{{- define "preempt.wait-script" -}}
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

{{/* Used 5 times. */}}
{{- define "preempt.init-container-resources" -}}
limits:
  cpu: "100m"
  memory: "32Mi"
requests:
  cpu: "10m"
  memory: "16Mi"
{{- end }}

{{/* Used 4 times, with root, fsGroup. */}}
{{- define "preempt.security-context-by-fs-group" -}}
fsGroup: {{ $.fsGroup }}
fsGroupChangePolicy: OnRootMismatch
runAsGroup: {{ $.fsGroup }}
runAsNonRoot: true
runAsUser: {{ $.fsGroup }}
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* Used 3 times. */}}
{{- define "preempt.init-containers" -}}
- {{ include "preempt.wait-for-mysql" . | nindent 2 | trim }}
- {{ include "preempt.wait-for-migrations" . | nindent 2 | trim }}
- name: wait-for-redis
  command:
    - sh
    - "-c"
    - |-
      {{- include "preempt.wait-script" . | nindent 6 }}
    - wait
    {{- if eq .Values.redis.mode "bundled" }}
    - "Redis at {{ include "preempt.prefix" . }}redis:6379"
    {{- else }}
    - "Redis at {{ .Values.redis.external.host }}:{{ int .Values.redis.external.address.port }}"
    {{- end }}
    - "300"
    - nc
    - "-z"
    - "-w"
    - "2"
    - {{ include "preempt.command" (dict "root" . "values" .Values.redis "command" "redis") | quote }}
    - {{ include "preempt.env-command" (dict "root" . "values" .Values.redis "command" "6379") | quote }}
  image: {{ include "preempt.image" (list . .Values.images.wait) | quote }}
  imagePullPolicy: {{ .Values.images.pullPolicy }}
  resources:
    {{- include "preempt.init-container-resources" . | nindent 4 }}
  securityContext:
    {{- include "preempt.security-context" . | nindent 4 }}
{{- end }}

{{/* Used 3 times, with root, app, component. */}}
{{- define "preempt.network-policy" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "preempt.metadata" (dict "root" $.root "app" $.app "component" $.component) | nindent 2 }}
spec:
  egress:
    {{- include "preempt.spec-egress" $.root | nindent 4 }}
  podSelector:
    {{- include "preempt.pod-selector" (dict "root" $.root "name" $.app) | nindent 4 }}
  policyTypes:
    - Ingress
    - Egress
{{- end }}

{{/* Used 3 times. */}}
{{- define "preempt.wait-for-mysql" -}}
name: wait-for-mysql
command:
  - sh
  - "-c"
  - |-
    {{- include "preempt.wait-script" . | nindent 4 }}
  - wait
  {{- if eq .Values.mysql.mode "bundled" }}
  - "MySQL at {{ include "preempt.prefix" . }}mysql:3306"
  {{- else }}
  - "MySQL at {{ .Values.mysql.external.host }}:{{ int .Values.mysql.external.address.port }}"
  {{- end }}
  - "300"
  - nc
  - "-z"
  - "-w"
  - "2"
  - {{ include "preempt.command" (dict "root" . "values" .Values.mysql "command" "mysql") | quote }}
  - {{ include "preempt.env-command" (dict "root" . "values" .Values.mysql "command" "3306") | quote }}
image: {{ include "preempt.image" (list . .Values.images.wait) | quote }}
imagePullPolicy: {{ .Values.images.pullPolicy }}
resources:
  {{- include "preempt.init-container-resources" . | nindent 2 }}
securityContext:
  {{- include "preempt.security-context" . | nindent 2 }}
{{- end }}

{{/* Used 3 times, with root, app, component. */}}
{{- define "preempt.labels-by-app" -}}
app: {{ $.app | quote }}
app.kubernetes.io/component: {{ $.component | quote }}
app.kubernetes.io/instance: "{{ include "preempt.prefix" $.root }}preempt"
app.kubernetes.io/managed-by: Helm
app.kubernetes.io/name: {{ $.app | quote }}
app.kubernetes.io/part-of: preempt
mlplatform.io/installation: "{{ include "preempt.prefix" $.root }}preempt"
{{- range $key, $value := omit $.root.Values.commonLabels "app" "app.kubernetes.io/component" "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/name" "app.kubernetes.io/part-of" "mlplatform.io/installation" "helm.sh/chart" "app.kubernetes.io/version" }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
helm.sh/chart: {{ include "preempt.chart" $.root | quote }}
app.kubernetes.io/version: {{ $.root.Chart.AppVersion | quote }}
{{- end }}

{{/* Used 2 times. */}}
{{- define "preempt.spec-init-containers" -}}
- name: wait-for-mysql
  command:
    - sh
    - "-c"
    - |-
      {{- include "preempt.wait-script" . | nindent 6 }}
    - wait
    {{- if eq .Values.mysql.mode "bundled" }}
    - "MySQL at {{ include "preempt.prefix" . }}mysql:3306"
    {{- else }}
    - "MySQL at {{ .Values.mysql.external.host }}:{{ int .Values.mysql.external.address.port }}"
    {{- end }}
    - "60"
    - nc
    - "-z"
    - "-w"
    - "2"
    - {{ include "preempt.command" (dict "root" . "values" .Values.mysql "command" "mysql") | quote }}
    - {{ include "preempt.env-command" (dict "root" . "values" .Values.mysql "command" "3306") | quote }}
  image: {{ include "preempt.image" (list . .Values.images.wait) | quote }}
  imagePullPolicy: {{ .Values.images.pullPolicy }}
  resources:
    {{- include "preempt.init-container-resources" . | nindent 4 }}
  securityContext:
    {{- include "preempt.security-context" . | nindent 4 }}
- name: wait-for-redis
  command:
    - sh
    - "-c"
    - |-
      {{- include "preempt.wait-script" . | nindent 6 }}
    - wait
    {{- if eq .Values.redis.mode "bundled" }}
    - "Redis at {{ include "preempt.prefix" . }}redis:6379"
    {{- else }}
    - "Redis at {{ .Values.redis.external.host }}:{{ int .Values.redis.external.address.port }}"
    {{- end }}
    - "60"
    - nc
    - "-z"
    - "-w"
    - "2"
    - {{ include "preempt.command" (dict "root" . "values" .Values.redis "command" "redis") | quote }}
    - {{ include "preempt.env-command" (dict "root" . "values" .Values.redis "command" "6379") | quote }}
  image: {{ include "preempt.image" (list . .Values.images.wait) | quote }}
  imagePullPolicy: {{ .Values.images.pullPolicy }}
  resources:
    {{- include "preempt.init-container-resources" . | nindent 4 }}
  securityContext:
    {{- include "preempt.security-context" . | nindent 4 }}
{{- end }}

{{/* Used 2 times. */}}
{{- define "preempt.wait-for-migrations" -}}
name: wait-for-migrations
command:
  - sh
  - "-c"
  - |-
    {{- include "preempt.wait-script" . | nindent 4 }}
  - wait
  - the migrations of the database
  - "600"
  - sh
  - "-c"
  - "mysql --host=\"$DB_HOST\" --port=\"$DB_PORT\" --user=\"$DB_USER\" --database=\"$DB_NAME\" --init-command=\"SET @version = $VERSION\" --execute=\"$QUERY\" | grep -q ."
env:
  - name: DB_HOST
    value: {{ include "preempt.command" (dict "root" . "values" .Values.mysql "command" "mysql") | quote }}
  - name: DB_PORT
    value: {{ include "preempt.env-command" (dict "root" . "values" .Values.mysql "command" "3306") | quote }}
  - name: DB_NAME
    value: {{ .Values.mysql.database | quote }}
  - name: DB_USER
    value: {{ .Values.mysql.user | quote }}
  - name: MYSQL_PWD
    valueFrom:
      secretKeyRef:
        key: {{ .Values.mysql.passwordKey | quote }}
        name: {{ .Values.mysql.secret | quote }}
  - name: VERSION
    value: {{ int .Values.migrations.version | toString | quote }}
  - name: QUERY
    value: {{ .Values.migrations.doneQuery | quote }}
image: {{ include "preempt.image" (list . .Values.mysql.image) | quote }}
imagePullPolicy: {{ .Values.images.pullPolicy }}
resources:
  {{- include "preempt.init-container-resources" . | nindent 2 }}
securityContext:
  {{- include "preempt.security-context" . | nindent 2 }}
{{- end }}

{{/* Used 2 times, with root, app. */}}
{{- define "preempt.object-network-policy" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "preempt.metadata" (dict "root" $.root "app" $.app "component" "migrations") | nindent 2 }}
spec:
  egress:
    - {{ include "preempt.egress" (dict "root" $.root "values" $.root.Values.mysql "port" 3306 "name" "mysql") | nindent 6 | trim }}
  podSelector:
    {{- include "preempt.pod-selector" (dict "root" $.root "name" $.app) | nindent 4 }}
  policyTypes:
    - Ingress
    - Egress
{{- end }}

{{/* Used 2 times. */}}
{{- define "preempt.spec-egress" -}}
- {{ include "preempt.egress" (dict "root" . "values" .Values.mysql "port" 3306 "name" "mysql") | nindent 2 | trim }}
- {{ include "preempt.egress" (dict "root" . "values" .Values.redis "port" 6379 "name" "redis") | nindent 2 | trim }}
{{- end }}

{{/* Used 2 times, with root, app, component, port. */}}
{{- define "preempt.service" -}}
apiVersion: v1
kind: Service
metadata:
  annotations:
    argocd.argoproj.io/sync-wave: "1"
  labels:
    {{- include "preempt.labels-by-app" (dict "root" $.root "app" $.app "component" $.component) | nindent 4 }}
  name: "{{ include "preempt.prefix" $.root }}{{ $.app }}"
  namespace: {{ include "preempt.namespace" $.root | quote }}
spec:
  {{- if ne $.root.Values.network.ipFamilyPolicy "clusterDefault" }}
  ipFamilyPolicy: {{ $.root.Values.network.ipFamilyPolicy }}
  {{- end }}
  ports:
    - name: {{ $.app | quote }}
      port: {{ $.port }}
      protocol: TCP
      targetPort: {{ $.app | quote }}
  selector:
    app.kubernetes.io/instance: "{{ include "preempt.prefix" $.root }}preempt"
    app.kubernetes.io/name: {{ $.app | quote }}
  type: ClusterIP
{{- end }}

{{/* Used 2 times. */}}
{{- define "preempt.container-env" -}}
- name: DB_HOST
  value: {{ include "preempt.command" (dict "root" . "values" .Values.mysql "command" "mysql") | quote }}
- name: DB_PORT
  value: {{ include "preempt.env-command" (dict "root" . "values" .Values.mysql "command" "3306") | quote }}
- name: DB_NAME
  value: {{ .Values.mysql.database | quote }}
- name: DB_USER
  value: {{ .Values.mysql.user | quote }}
- name: DB_PASSWORD
  valueFrom:
    secretKeyRef:
      key: {{ .Values.mysql.passwordKey | quote }}
      name: {{ .Values.mysql.secret | quote }}
- name: HOME
  value: /tmp
{{- end }}

{{/* Used 2 times. */}}
{{- define "preempt.network-policy-metadata" -}}
annotations:
  argocd.argoproj.io/sync-wave: "1"
  helm.sh/hook: test
  helm.sh/hook-weight: "0"
  helm.sh/hook-delete-policy: "before-hook-creation,hook-succeeded"
labels:
  {{- include "preempt.metadata-labels" (dict "root" . "app" "preempt-check" "component" "check") | nindent 2 }}
name: "{{ include "preempt.prefix" . }}preempt-check"
namespace: {{ include "preempt.namespace" . | quote }}
{{- end }}

{{/* Used 2 times, with root, name. */}}
{{- define "preempt.topology-spread-constraints" -}}
- labelSelector:
    {{- include "preempt.pod-selector" (dict "root" $.root "name" $.name) | nindent 4 }}
  matchLabelKeys:
    - pod-template-hash
  maxSkew: 1
  topologyKey: topology.kubernetes.io/zone
  whenUnsatisfiable: ScheduleAnyway
- labelSelector:
    {{- include "preempt.pod-selector" (dict "root" $.root "name" $.name) | nindent 4 }}
  matchLabelKeys:
    - pod-template-hash
  maxSkew: 1
  topologyKey: kubernetes.io/hostname
  whenUnsatisfiable: ScheduleAnyway
{{- end }}

{{/* What a volume claim asks for, but for its size. */}}
{{- define "preempt.claim-spec" -}}
accessModes:
  - ReadWriteOnce
{{- if .Values.storage.className }}
storageClassName: {{ .Values.storage.className | quote }}
{{- end }}
{{- end }}

{{/* What a volume claim asks for, but for its size. */}}
{{- define "preempt.claim-spec-models" -}}
accessModes:
  - {{ .Values.models.accessMode }}
{{- if .Values.storage.className }}
storageClassName: {{ .Values.storage.className | quote }}
{{- end }}
{{- end }}

{{/* The spec with which a volume claim was made, as JSON: of one that exists, what it was asked for at first. */}}
{{- define "preempt.claimed" -}}
{{- $asked := .spec | fromYaml | toJson -}}
{{- with lookup "v1" "PersistentVolumeClaim" .namespace .name -}}
{{- $asked = dig "annotations" "mlplatform.io/claimed" (omit .spec "resources" | toJson) .metadata -}}
{{- end -}}
{{- $asked -}}
{{- end }}

{{/* The Service that names the pods of a StatefulSet: of one that is there already, its own. */}}
{{- define "preempt.service-name" -}}
{{- dig "spec" "serviceName" .asked (lookup "apps/v1" "StatefulSet" .namespace .name) -}}
{{- end }}

{{/* What is written (last in the list), with what its section of the values and .Values.defaults add to it. */}}
{{- define "preempt.extended-pod" -}}
{{- $all := (index . 0).Values.defaults }}
{{- $own := index . 1 }}
{{- if not (or $all.pod $own.pod $all.clusterUsers $all.serviceAccount $own.serviceAccount) }}{{ index . 2 }}
{{- else }}
{{- $object := fromYaml (index . 2) }}
{{- include "preempt.add" (list $object "metadata.labels" "beneath" ($all.pod).labels ($own.pod).labels) }}
{{- include "preempt.add" (list $object "metadata.annotations" "beneath" ($all.pod).annotations ($own.pod).annotations) }}
{{- include "preempt.add" (list $object "spec.nodeSelector" "over" ($all.pod).nodeSelector ($own.pod).nodeSelector) }}
{{- include "preempt.add" (list $object "spec.tolerations" "append" ($all.pod).tolerations ($own.pod).tolerations) }}
{{- include "preempt.add" (list $object "spec.affinity" "over" ($all.pod).affinity ($own.pod).affinity) }}
{{- include "preempt.add" (list $object "spec.topologySpreadConstraints" "append" ($all.pod).topologySpreadConstraints ($own.pod).topologySpreadConstraints) }}
{{- include "preempt.add" (list $object "spec.priorityClassName" "set" ($all.pod).priorityClassName ($own.pod).priorityClassName) }}
{{- include "preempt.add" (list $object "spec.runtimeClassName" "set" ($all.pod).runtimeClassName ($own.pod).runtimeClassName) }}
{{- include "preempt.add" (list $object "spec.hostAliases" "append" ($all.pod).hostAliases ($own.pod).hostAliases) }}
{{- if $all.clusterUsers }}{{ $_ := unset $object.spec.securityContext "runAsUser" }}{{ $_ := unset $object.spec.securityContext "runAsGroup" }}{{ $_ := unset $object.spec.securityContext "fsGroup" }}{{ $_ := unset $object.spec.securityContext "fsGroupChangePolicy" }}{{ end }}
{{- include "preempt.add" (list $object "spec.securityContext" "over" ($all.pod).securityContext ($own.pod).securityContext) }}
{{- include "preempt.add" (list $object "spec" "over" ($all.pod).spec ($own.pod).spec) }}
{{- include "preempt.add" (list $object "spec.volumes" "volumes" ($all.pod).extraVolumes ($own.pod).extraVolumes) }}
{{- include "preempt.add" (list $object "spec.containers.0.volumeMounts" "mounts" ($all.pod).extraVolumes ($own.pod).extraVolumes) }}
{{- include "preempt.add" (list $object "spec.containers.0.env" "variables" ($all.pod).extraEnv ($own.pod).extraEnv) }}
{{- include "preempt.add" (list $object "spec.containers.0.envFrom" "append" ($all.pod).envFrom ($own.pod).envFrom) }}
{{- include "preempt.add" (list $object "spec.containers.0.args" "append" ($all.pod).extraArgs ($own.pod).extraArgs) }}
{{- include "preempt.add" (list $object "spec.containers.0.resources.requests" "amounts" (($all.pod).resources).requests (($own.pod).resources).requests) }}
{{- include "preempt.add" (list $object "spec.containers.0.resources.limits" "amounts" (($all.pod).resources).limits (($own.pod).resources).limits) }}
{{- include "preempt.add" (list $object "spec.containers.0.securityContext" "over" ($all.pod).containerSecurityContext ($own.pod).containerSecurityContext) }}
{{- include "preempt.add" (list $object "spec.containers.0" "over" ($all.pod).container ($own.pod).container) }}
{{- include "preempt.add" (list $object "spec.initContainers" "containers" ($all.pod).extraInitContainers ($own.pod).extraInitContainers) }}
{{- include "preempt.add" (list $object "spec.containers" "containers" ($all.pod).extraContainers ($own.pod).extraContainers) }}
{{- include "preempt.add" (list $object "spec.automountServiceAccountToken" "set" ($all.serviceAccount).automount ($own.serviceAccount).automount) }}
{{- toPrettyJson $object }}
{{- end }}
{{- end }}

{{/* What is written (last in the list), with what its section of the values and .Values.defaults add to it. */}}
{{- define "preempt.extended-network-policy" -}}
{{- $all := (index . 0).Values.defaults }}
{{- $own := index . 1 }}
{{- if not (or $all.network $own.network) }}{{ index . 2 }}
{{- else }}
{{- $object := fromYaml (index . 2) }}
{{- include "preempt.add" (list $object "spec.ingress" "append" ($all.network).ingress ($own.network).ingress) }}
{{- include "preempt.add" (list $object "spec.egress" "append" ($all.network).egress ($own.network).egress) }}
{{- toPrettyJson $object }}
{{- end }}
{{- end }}

{{/* What is written (last in the list), with what its section of the values and .Values.defaults add to it. */}}
{{- define "preempt.extended-service" -}}
{{- $all := (index . 0).Values.defaults }}
{{- $own := index . 1 }}
{{- if not (or $all.service $own.service) }}{{ index . 2 }}
{{- else }}
{{- $object := fromYaml (index . 2) }}
{{- include "preempt.add" (list $object "metadata.labels" "beneath" ($all.service).labels ($own.service).labels) }}
{{- include "preempt.add" (list $object "metadata.annotations" "beneath" ($all.service).annotations ($own.service).annotations) }}
{{- include "preempt.add" (list $object "spec.type" "set" ($all.service).type ($own.service).type) }}
{{- include "preempt.add" (list $object "spec.loadBalancerClass" "set" ($all.service).loadBalancerClass ($own.service).loadBalancerClass) }}
{{- include "preempt.add" (list $object "spec.loadBalancerSourceRanges" "append" ($all.service).loadBalancerSourceRanges ($own.service).loadBalancerSourceRanges) }}
{{- include "preempt.add" (list $object "spec" "over" ($all.service).spec ($own.service).spec) }}
{{- toPrettyJson $object }}
{{- end }}
{{- end }}

{{/* What is written (last in the list), with what its section of the values and .Values.defaults add to it. */}}
{{- define "preempt.extended-service-account" -}}
{{- $all := (index . 0).Values.defaults }}
{{- $own := index . 1 }}
{{- if not (or $all.serviceAccount $own.serviceAccount) }}{{ index . 2 }}
{{- else }}
{{- $object := fromYaml (index . 2) }}
{{- include "preempt.add" (list $object "metadata.labels" "beneath" ($all.serviceAccount).labels ($own.serviceAccount).labels) }}
{{- include "preempt.add" (list $object "metadata.annotations" "beneath" ($all.serviceAccount).annotations ($own.serviceAccount).annotations) }}
{{- include "preempt.add" (list $object "automountServiceAccountToken" "set" ($all.serviceAccount).automount ($own.serviceAccount).automount) }}
{{- toPrettyJson $object }}
{{- end }}
{{- end }}

{{/* Puts a value where a path leads in an object, with what is there: of all workloads, and over it of this one. */}}
{{- define "preempt.add" -}}
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
{{- else if eq $how "amounts" }}{{ $_ := set $there $name (include "preempt.text" $each) }}
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
{{- define "preempt.run" -}}
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
