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

{{/* Used 38 times, with root, syncWave: annotations, namespace. */}}
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

{{/* Used 13 times, with root, app, component. */}}
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

{{/* Used 6 times, with root, syncWave, app, component. */}}
{{- define "ml-platform.metadata" -}}
annotations:
  argocd.argoproj.io/sync-wave: {{ $.syncWave | quote }}
labels:
  {{- include "ml-platform.metadata-labels" (dict "root" $.root "app" $.app "component" $.component) | nindent 2 }}
name: "{{ include "ml-platform.prefix" $.root }}{{ $.app }}"
namespace: {{ include "ml-platform.namespace" $.root | quote }}
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
{{- define "ml-platform.service-account" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "ml-platform.metadata" (dict "root" $.root "syncWave" "1" "app" $.app "component" $.component) | nindent 2 }}
automountServiceAccountToken: false
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
{{- define "ml-platform.network-policy-metadata" -}}
annotations:
  argocd.argoproj.io/sync-wave: "1"
  helm.sh/hook: test
  helm.sh/hook-weight: "0"
  helm.sh/hook-delete-policy: "before-hook-creation,hook-succeeded"
labels:
  {{- include "ml-platform.metadata-labels" (dict "root" . "app" "ml-platform-check" "component" "check") | nindent 2 }}
name: "{{ include "ml-platform.prefix" . }}ml-platform-check"
namespace: {{ include "ml-platform.namespace" . | quote }}
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

{{/* What is written (last in the list), with what its section of the values and .Values.defaults add to it. */}}
{{- define "ml-platform.extended-cluster" -}}
{{- $all := (index . 0).Values.defaults }}
{{- $own := index . 1 }}
{{- if not (or $all.pod $own.pod $all.serviceAccount $own.serviceAccount) }}{{ index . 2 }}
{{- else }}
{{- $object := fromYaml (index . 2) }}
{{- include "ml-platform.add" (list $object "spec.inheritedMetadata.labels" "beneath" ($all.pod).labels ($own.pod).labels) }}
{{- include "ml-platform.add" (list $object "spec.inheritedMetadata.annotations" "beneath" ($all.pod).annotations ($own.pod).annotations) }}
{{- include "ml-platform.add" (list $object "spec.affinity.nodeSelector" "over" ($all.pod).nodeSelector ($own.pod).nodeSelector) }}
{{- include "ml-platform.add" (list $object "spec.affinity.tolerations" "append" ($all.pod).tolerations ($own.pod).tolerations) }}
{{- include "ml-platform.add" (list $object "spec.affinity.nodeAffinity" "over" (($all.pod).affinity).nodeAffinity (($own.pod).affinity).nodeAffinity) }}
{{- include "ml-platform.add" (list $object "spec.affinity.additionalPodAffinity" "over" (($all.pod).affinity).podAffinity (($own.pod).affinity).podAffinity) }}
{{- include "ml-platform.add" (list $object "spec.affinity.additionalPodAntiAffinity" "over" (($all.pod).affinity).podAntiAffinity (($own.pod).affinity).podAntiAffinity) }}
{{- include "ml-platform.add" (list $object "spec.topologySpreadConstraints" "append" ($all.pod).topologySpreadConstraints ($own.pod).topologySpreadConstraints) }}
{{- include "ml-platform.add" (list $object "spec.priorityClassName" "set" ($all.pod).priorityClassName ($own.pod).priorityClassName) }}
{{- include "ml-platform.add" (list $object "spec.env" "variables" ($all.pod).extraEnv ($own.pod).extraEnv) }}
{{- include "ml-platform.add" (list $object "spec.envFrom" "append" ($all.pod).envFrom ($own.pod).envFrom) }}
{{- include "ml-platform.add" (list $object "spec.resources.requests" "amounts" (($all.pod).resources).requests (($own.pod).resources).requests) }}
{{- include "ml-platform.add" (list $object "spec.resources.limits" "amounts" (($all.pod).resources).limits (($own.pod).resources).limits) }}
{{- include "ml-platform.add" (list $object "spec.serviceAccountTemplate.metadata.labels" "beneath" ($all.serviceAccount).labels ($own.serviceAccount).labels) }}
{{- include "ml-platform.add" (list $object "spec.serviceAccountTemplate.metadata.annotations" "beneath" ($all.serviceAccount).annotations ($own.serviceAccount).annotations) }}
{{- toPrettyJson $object }}
{{- end }}
{{- end }}

{{/* What is written (last in the list), with what its section of the values and .Values.defaults add to it. */}}
{{- define "ml-platform.extended-pod" -}}
{{- $all := (index . 0).Values.defaults }}
{{- $own := index . 1 }}
{{- if not (or $all.pod $own.pod $all.clusterUsers $all.serviceAccount $own.serviceAccount) }}{{ index . 2 }}
{{- else }}
{{- $object := fromYaml (index . 2) }}
{{- include "ml-platform.add" (list $object "metadata.labels" "beneath" ($all.pod).labels ($own.pod).labels) }}
{{- include "ml-platform.add" (list $object "metadata.annotations" "beneath" ($all.pod).annotations ($own.pod).annotations) }}
{{- include "ml-platform.add" (list $object "spec.nodeSelector" "over" ($all.pod).nodeSelector ($own.pod).nodeSelector) }}
{{- include "ml-platform.add" (list $object "spec.tolerations" "append" ($all.pod).tolerations ($own.pod).tolerations) }}
{{- include "ml-platform.add" (list $object "spec.affinity" "over" ($all.pod).affinity ($own.pod).affinity) }}
{{- include "ml-platform.add" (list $object "spec.topologySpreadConstraints" "append" ($all.pod).topologySpreadConstraints ($own.pod).topologySpreadConstraints) }}
{{- include "ml-platform.add" (list $object "spec.priorityClassName" "set" ($all.pod).priorityClassName ($own.pod).priorityClassName) }}
{{- include "ml-platform.add" (list $object "spec.runtimeClassName" "set" ($all.pod).runtimeClassName ($own.pod).runtimeClassName) }}
{{- include "ml-platform.add" (list $object "spec.hostAliases" "append" ($all.pod).hostAliases ($own.pod).hostAliases) }}
{{- if $all.clusterUsers }}{{ $_ := unset $object.spec.securityContext "runAsUser" }}{{ $_ := unset $object.spec.securityContext "runAsGroup" }}{{ $_ := unset $object.spec.securityContext "fsGroup" }}{{ $_ := unset $object.spec.securityContext "fsGroupChangePolicy" }}{{ end }}
{{- include "ml-platform.add" (list $object "spec.securityContext" "over" ($all.pod).securityContext ($own.pod).securityContext) }}
{{- include "ml-platform.add" (list $object "spec" "over" ($all.pod).spec ($own.pod).spec) }}
{{- include "ml-platform.add" (list $object "spec.volumes" "volumes" ($all.pod).extraVolumes ($own.pod).extraVolumes) }}
{{- include "ml-platform.add" (list $object "spec.containers.0.volumeMounts" "mounts" ($all.pod).extraVolumes ($own.pod).extraVolumes) }}
{{- include "ml-platform.add" (list $object "spec.containers.0.env" "variables" ($all.pod).extraEnv ($own.pod).extraEnv) }}
{{- include "ml-platform.add" (list $object "spec.containers.0.envFrom" "append" ($all.pod).envFrom ($own.pod).envFrom) }}
{{- include "ml-platform.add" (list $object "spec.containers.0.args" "append" ($all.pod).extraArgs ($own.pod).extraArgs) }}
{{- include "ml-platform.add" (list $object "spec.containers.0.resources.requests" "amounts" (($all.pod).resources).requests (($own.pod).resources).requests) }}
{{- include "ml-platform.add" (list $object "spec.containers.0.resources.limits" "amounts" (($all.pod).resources).limits (($own.pod).resources).limits) }}
{{- include "ml-platform.add" (list $object "spec.containers.0.securityContext" "over" ($all.pod).containerSecurityContext ($own.pod).containerSecurityContext) }}
{{- include "ml-platform.add" (list $object "spec.containers.0" "over" ($all.pod).container ($own.pod).container) }}
{{- include "ml-platform.add" (list $object "spec.initContainers" "containers" ($all.pod).extraInitContainers ($own.pod).extraInitContainers) }}
{{- include "ml-platform.add" (list $object "spec.containers" "containers" ($all.pod).extraContainers ($own.pod).extraContainers) }}
{{- include "ml-platform.add" (list $object "spec.automountServiceAccountToken" "set" ($all.serviceAccount).automount ($own.serviceAccount).automount) }}
{{- toPrettyJson $object }}
{{- end }}
{{- end }}

{{/* What is written (last in the list), with what its section of the values and .Values.defaults add to it. */}}
{{- define "ml-platform.extended-network-policy" -}}
{{- $all := (index . 0).Values.defaults }}
{{- $own := index . 1 }}
{{- if not (or $all.network $own.network) }}{{ index . 2 }}
{{- else }}
{{- $object := fromYaml (index . 2) }}
{{- include "ml-platform.add" (list $object "spec.ingress" "append" ($all.network).ingress ($own.network).ingress) }}
{{- include "ml-platform.add" (list $object "spec.egress" "append" ($all.network).egress ($own.network).egress) }}
{{- toPrettyJson $object }}
{{- end }}
{{- end }}

{{/* What is written (last in the list), with what its section of the values and .Values.defaults add to it. */}}
{{- define "ml-platform.extended-service" -}}
{{- $all := (index . 0).Values.defaults }}
{{- $own := index . 1 }}
{{- if not (or $all.service $own.service) }}{{ index . 2 }}
{{- else }}
{{- $object := fromYaml (index . 2) }}
{{- include "ml-platform.add" (list $object "metadata.labels" "beneath" ($all.service).labels ($own.service).labels) }}
{{- include "ml-platform.add" (list $object "metadata.annotations" "beneath" ($all.service).annotations ($own.service).annotations) }}
{{- include "ml-platform.add" (list $object "spec.type" "set" ($all.service).type ($own.service).type) }}
{{- include "ml-platform.add" (list $object "spec.loadBalancerClass" "set" ($all.service).loadBalancerClass ($own.service).loadBalancerClass) }}
{{- include "ml-platform.add" (list $object "spec.loadBalancerSourceRanges" "append" ($all.service).loadBalancerSourceRanges ($own.service).loadBalancerSourceRanges) }}
{{- include "ml-platform.add" (list $object "spec" "over" ($all.service).spec ($own.service).spec) }}
{{- toPrettyJson $object }}
{{- end }}
{{- end }}

{{/* What is written (last in the list), with what its section of the values and .Values.defaults add to it. */}}
{{- define "ml-platform.extended-service-account" -}}
{{- $all := (index . 0).Values.defaults }}
{{- $own := index . 1 }}
{{- if not (or $all.serviceAccount $own.serviceAccount) }}{{ index . 2 }}
{{- else }}
{{- $object := fromYaml (index . 2) }}
{{- include "ml-platform.add" (list $object "metadata.labels" "beneath" ($all.serviceAccount).labels ($own.serviceAccount).labels) }}
{{- include "ml-platform.add" (list $object "metadata.annotations" "beneath" ($all.serviceAccount).annotations ($own.serviceAccount).annotations) }}
{{- include "ml-platform.add" (list $object "automountServiceAccountToken" "set" ($all.serviceAccount).automount ($own.serviceAccount).automount) }}
{{- toPrettyJson $object }}
{{- end }}
{{- end }}

{{/* Puts a value where a path leads in an object, with what is there: of all workloads, and over it of this one. */}}
{{- define "ml-platform.add" -}}
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
{{- else if eq $how "amounts" }}{{ $_ := set $there $name (include "ml-platform.text" $each) }}
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
