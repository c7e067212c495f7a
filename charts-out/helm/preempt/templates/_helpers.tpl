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

{{/* Used 57 times, with root, syncWave: annotations, namespace. */}}
{{- define "preempt.metadata-entries" -}}
annotations:
  argocd.argoproj.io/sync-wave: {{ $.syncWave | quote }}
namespace: {{ include "preempt.namespace" $.root | quote }}
{{- end }}

{{/* Used 40 times, with root, app, component. */}}
{{- define "preempt.labels" -}}
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

{{/* Used 27 times, with root, name. */}}
{{- define "preempt.pod-selector" -}}
matchLabels:
  app.kubernetes.io/instance: "{{ include "preempt.prefix" $.root }}preempt"
  app.kubernetes.io/name: {{ $.name | quote }}
{{- end }}

{{/* Used 21 times. */}}
{{- define "preempt.metadata-labels" -}}
app.kubernetes.io/instance: "{{ include "preempt.prefix" . }}preempt"
app.kubernetes.io/managed-by: Helm
app.kubernetes.io/part-of: preempt
{{- range $key, $value := omit .Values.commonLabels "app.kubernetes.io/instance" "app.kubernetes.io/managed-by" "app.kubernetes.io/part-of" "helm.sh/chart" "app.kubernetes.io/version" }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
helm.sh/chart: {{ include "preempt.chart" . | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{/* Used 20 times, with root, name. */}}
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

{{/* Used 11 times, with root, values. */}}
{{- define "preempt.resources" -}}
limits:
  cpu: {{ $.values.resources.limits.cpu | quote }}
  memory: {{ include "preempt.text" $.values.resources.limits.memory | quote }}
requests:
  cpu: {{ $.values.resources.requests.cpu | quote }}
  memory: {{ include "preempt.text" $.values.resources.requests.memory | quote }}
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
{{- define "preempt.tolerations" -}}
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

{{/* Used 8 times, with root, values, serviceAccountName: automountServiceAccountToken, enableServiceLinks, imagePullSecrets, nodeSelector, priorityClassName, serviceAccountName, tolerations, affinity. */}}
{{- define "preempt.spec-entries" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- if $.root.Values.images.pullSecrets }}
imagePullSecrets:
  {{- include "preempt.image-pull-secrets" $.root | nindent 2 }}
{{- end }}
{{- if $.values.pod.nodeSelector }}
nodeSelector:
  {{- toYaml $.values.pod.nodeSelector | nindent 2 }}
{{- end }}
{{- if $.values.pod.priorityClassName }}
priorityClassName: {{ $.values.pod.priorityClassName | quote }}
{{- end }}
serviceAccountName: "{{ include "preempt.prefix" $.root }}{{ $.serviceAccountName }}"
{{- if $.values.pod.tolerations }}
tolerations:
  {{- include "preempt.tolerations" (dict "root" $.root "values" $.values) | nindent 2 }}
{{- end }}
{{- if $.values.pod.affinity }}
affinity:
  {{- toYaml $.values.pod.affinity | nindent 2 }}
{{- end }}
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

{{/* Used 7 times, with root, values, app, component. */}}
{{- define "preempt.metadata" -}}
annotations:
  checksum/config: {{ include "preempt.checksum" (list $.root "configmap.preempt-config") | quote }}
  {{- range $key, $value := omit $.values.pod.annotations "checksum/config" }}
  {{ $key | quote }}: {{ $value | quote }}
  {{- end }}
labels:
  app: {{ $.app | quote }}
  app.kubernetes.io/component: {{ $.component | quote }}
  app.kubernetes.io/instance: "{{ include "preempt.prefix" $.root }}preempt"
  app.kubernetes.io/name: {{ $.app | quote }}
  app.kubernetes.io/part-of: preempt
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

{{/* Used 6 times, with root, app, component. */}}
{{- define "preempt.job-template-metadata" -}}
labels:
  app: {{ $.app | quote }}
  app.kubernetes.io/component: {{ $.component | quote }}
  app.kubernetes.io/instance: "{{ include "preempt.prefix" $.root }}preempt"
  app.kubernetes.io/name: {{ $.app | quote }}
  app.kubernetes.io/part-of: preempt
{{- end }}

{{/* Used 5 times, with root, values. */}}
{{- define "preempt.env" -}}
- name: DB_HOST
  value: {{ include "preempt.command" (dict "root" $.root "values" $.root.Values.mysql "command" "mysql") | quote }}
- name: DB_PORT
  value: {{ include "preempt.env-command" (dict "root" $.root "values" $.root.Values.mysql "command" "3306") | quote }}
- name: DB_NAME
  value: {{ $.root.Values.mysql.database | quote }}
- name: DB_USER
  value: {{ $.root.Values.mysql.user | quote }}
- name: DB_PASSWORD
  valueFrom:
    secretKeyRef:
      key: {{ $.root.Values.mysql.passwordKey | quote }}
      name: {{ $.root.Values.mysql.secret | quote }}
- name: REDIS_HOST
  value: {{ include "preempt.command" (dict "root" $.root "values" $.root.Values.redis "command" "redis") | quote }}
- name: REDIS_PORT
  value: {{ include "preempt.env-command" (dict "root" $.root "values" $.root.Values.redis "command" "6379") | quote }}
- name: REDIS_PASSWORD
  valueFrom:
    secretKeyRef:
      key: {{ $.root.Values.redis.passwordKey | quote }}
      name: {{ $.root.Values.redis.secret | quote }}
- name: HOME
  value: /tmp
{{- range $key, $value := $.values.pod.extraEnv }}
- name: {{ $key | quote }}
  value: {{ $value | quote }}
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

{{/* Used 4 times. */}}
{{- define "preempt.egress" -}}
- {{ include "preempt.egress-mysql" . | nindent 2 | trim }}
- {{ include "preempt.egress-redis" . | nindent 2 | trim }}
{{- end }}

{{/* Used 4 times. */}}
{{- define "preempt.egress-mysql" -}}
ports:
  -
    {{- if eq .Values.mysql.mode "bundled" }}
    port: 3306
    {{- else }}
    port: {{ int .Values.mysql.external.address.port }}
    {{- end }}
    protocol: TCP
to:
  {{- if ne .Values.mysql.mode "bundled" }}
  {{- range .Values.mysql.external.address.cidrs }}
  - ipBlock:
      cidr: {{ . | quote }}
  {{- end }}
  {{- else }}
  - {{ include "preempt.from" (dict "root" . "name" "mysql") | nindent 4 | trim }}
  {{- end }}
{{- end }}

{{/* Used 4 times, with root, values. */}}
{{- define "preempt.volumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: {{ include "preempt.text" $.values.tmpSize | quote }}
- name: config
  configMap:
    name: "{{ include "preempt.prefix" $.root }}preempt-config"
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

{{/* Used 4 times, with root, app, component. */}}
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

{{/* Used 4 times, with root, values. */}}
{{- define "preempt.volume-mounts" -}}
- name: tmp
  mountPath: /tmp
- name: config
  mountPath: /app/config.yaml
  readOnly: true
  subPath: config.yaml
{{- range $.values.pod.extraVolumes }}
- name: "extra-{{ .name }}"
  mountPath: {{ .mountPath | quote }}
  readOnly: true
{{- end }}
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

{{/* Used 4 times, with root, name, port: ports, selector. */}}
{{- define "preempt.spec-with-ports" -}}
ports:
  - name: {{ $.name | quote }}
    port: {{ $.port }}
    protocol: TCP
    targetPort: {{ $.name | quote }}
selector:
  app.kubernetes.io/instance: "{{ include "preempt.prefix" $.root }}preempt"
  app.kubernetes.io/name: {{ $.name | quote }}
{{- end }}

{{/* Used 4 times, with root, securityContext, serviceAccountName: automountServiceAccountToken, enableServiceLinks, imagePullSecrets, securityContext, serviceAccountName. */}}
{{- define "preempt.spec-with-automount-service-account-token" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- if $.root.Values.images.pullSecrets }}
imagePullSecrets:
  {{- include "preempt.image-pull-secrets" $.root | nindent 2 }}
{{- end }}
securityContext:
  {{- include "preempt.security-context-by-fs-group" (dict "root" $.root "fsGroup" $.securityContext) | nindent 2 }}
serviceAccountName: "{{ include "preempt.prefix" $.root }}{{ $.serviceAccountName }}"
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

{{/* Used 2 times, with root, values. */}}
{{- define "preempt.container-env" -}}
- name: DB_HOST
  value: {{ include "preempt.command" (dict "root" $.root "values" $.root.Values.mysql "command" "mysql") | quote }}
- name: DB_PORT
  value: {{ include "preempt.env-command" (dict "root" $.root "values" $.root.Values.mysql "command" "3306") | quote }}
- name: DB_NAME
  value: {{ $.root.Values.mysql.database | quote }}
- name: DB_USER
  value: {{ $.root.Values.mysql.user | quote }}
- name: DB_PASSWORD
  valueFrom:
    secretKeyRef:
      key: {{ $.root.Values.mysql.passwordKey | quote }}
      name: {{ $.root.Values.mysql.secret | quote }}
- name: HOME
  value: /tmp
{{- range $key, $value := $.values.pod.extraEnv }}
- name: {{ $key | quote }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{/* Used 2 times, with root, values. */}}
{{- define "preempt.spec-volumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: {{ include "preempt.text" $.values.tmpSize | quote }}
- name: config
  configMap:
    name: "{{ include "preempt.prefix" $.root }}preempt-config"
- name: models
  persistentVolumeClaim:
    claimName: "{{ include "preempt.prefix" $.root }}ml-models-pvc"
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

{{/* Used 2 times. */}}
{{- define "preempt.egress-redis" -}}
ports:
  -
    {{- if eq .Values.redis.mode "bundled" }}
    port: 6379
    {{- else }}
    port: {{ int .Values.redis.external.address.port }}
    {{- end }}
    protocol: TCP
to:
  {{- if eq .Values.redis.mode "bundled" }}
  - {{ include "preempt.from" (dict "root" . "name" "redis") | nindent 4 | trim }}
  {{- else }}
  {{- range .Values.redis.external.address.cidrs }}
  - ipBlock:
      cidr: {{ . | quote }}
  {{- end }}
  {{- end }}
{{- end }}

{{/* Used 2 times. */}}
{{- define "preempt.spec-egress" -}}
- ports:
    -
      {{- if eq .Values.mysql.mode "bundled" }}
      port: 3306
      {{- else }}
      port: {{ int .Values.mysql.external.address.port }}
      {{- end }}
      protocol: TCP
  to:
    {{- if ne .Values.mysql.mode "bundled" }}
    {{- range .Values.mysql.external.address.cidrs }}
    - ipBlock:
        cidr: {{ . | quote }}
    {{- end }}
    {{- else }}
    - {{ include "preempt.from" (dict "root" . "name" "mysql") | nindent 6 | trim }}
    {{- end }}
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
