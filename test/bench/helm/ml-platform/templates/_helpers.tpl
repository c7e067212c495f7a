{{/* Prefix of all names: none for a release that is called like the chart. */}}
{{- define "platform.prefix" -}}
{{- if .Values.namePrefix }}{{ .Values.namePrefix }}{{ else if ne .Release.Name "ml-platform" }}{{ .Release.Name }}-{{ end -}}
{{- end }}

{{- define "platform.namespace" -}}
{{- .Values.namespace.name | default .Release.Namespace -}}
{{- end }}

{{/* Metadata of an object: (list $ name component wave), with the labels of a workload where there is a component; with anything more, those of a Service. */}}
{{- define "platform.metadata" -}}
{{- $root := index . 0 -}}
{{- $workload := index . 1 | trimSuffix "-admitted" -}}
name: {{ include "platform.prefix" $root }}{{ index . 1 }}
namespace: {{ include "platform.namespace" $root }}
labels:
  {{- with $root.Values.commonLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- with index . 2 }}
  {{- include "platform.podLabels" (list $root $workload .) | nindent 2 }}
  {{- else }}
  app.kubernetes.io/instance: {{ include "platform.prefix" $root }}ml-platform
  app.kubernetes.io/part-of: ml-platform
  {{- end }}
  {{- if gt (len .) 4 }}
  mlplatform.io/installation: {{ include "platform.prefix" $root }}ml-platform
  {{- end }}
  app.kubernetes.io/managed-by: Helm
  helm.sh/chart: ml-platform-{{ $root.Chart.Version }}
  app.kubernetes.io/version: {{ $root.Chart.AppVersion }}
annotations:
  argocd.argoproj.io/sync-wave: {{ index . 3 | quote }}
{{- end }}

{{/* (list $ name) */}}
{{- define "platform.selector" -}}
app.kubernetes.io/name: {{ index . 1 }}
app.kubernetes.io/instance: {{ include "platform.prefix" (index . 0) }}ml-platform
{{- end }}

{{/* (list $ name component) */}}
{{- define "platform.podLabels" -}}
{{ include "platform.selector" . }}
app: {{ index . 1 }}
app.kubernetes.io/component: {{ index . 2 }}
app.kubernetes.io/part-of: ml-platform
{{- end }}

{{/* (list $ image) */}}
{{- define "platform.image" -}}
{{- $root := index . 0 -}}
{{- $all := $root.Values.images -}}
{{- with index . 1 -}}
{{- with .registry | default $all.registry }}{{ . }}/{{ end }}{{ .repository }}:{{ .tag | default $all.tag | default $root.Chart.AppVersion }}
{{- end -}}
{{- end }}

{{- define "platform.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* What every pod has: (list $ name user) */}}
{{- define "platform.pod" -}}
{{- $root := index . 0 -}}
serviceAccountName: {{ include "platform.prefix" $root }}{{ index . 1 }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: {{ index . 2 }}
  runAsGroup: {{ index . 2 }}
  fsGroup: {{ index . 2 }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- with $root.Values.images.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{/* What a team adds to a pod. */}}
{{- define "platform.placement" -}}
{{- range $field := list "nodeSelector" "tolerations" "affinity" "priorityClassName" }}
{{- with index $ $field }}
{{ $field }}: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}

{{/* (list $ name) */}}
{{- define "platform.spread" -}}
topologySpreadConstraints:
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "platform.selector" $ | nindent 8 }}
    matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- end }}

{{- define "platform.waitForPostgres" -}}
- name: wait-for-postgres
  image: {{ include "platform.image" (list . .Values.images.wait) }}
  imagePullPolicy: {{ .Values.images.pullPolicy }}
  command:
    - sh
    - -c
    - |-
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
    - wait
    - PostgreSQL at {{ include "platform.prefix" . }}postgres:5432
    - "300"
    - nc
    - -z
    - -w
    - "2"
    - {{ include "platform.prefix" . }}postgres
    - "5432"
  resources:
    requests: { cpu: 10m, memory: 16Mi }
    limits: { cpu: 100m, memory: 32Mi }
  securityContext:
    {{- include "platform.containerSecurity" . | nindent 4 }}
{{- end }}
