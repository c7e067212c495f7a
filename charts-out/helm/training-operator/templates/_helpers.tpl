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

{{/* Used 8 times, with root, app, component. */}}
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

{{/* Used 2 times. */}}
{{- define "training-operator.metadata" -}}
annotations:
  argocd.argoproj.io/sync-wave: "1"
  helm.sh/hook: test
  helm.sh/hook-weight: "0"
  helm.sh/hook-delete-policy: "before-hook-creation,hook-succeeded"
labels:
  {{- include "training-operator.metadata-labels" (dict "root" . "app" "training-operator-check" "component" "check") | nindent 2 }}
name: "{{ include "training-operator.prefix" . }}training-operator-check"
namespace: {{ include "training-operator.namespace" . | quote }}
{{- end }}

{{/* What is written (last in the list), with what its section of the values and .Values.defaults add to it. */}}
{{- define "training-operator.extended-pod" -}}
{{- $all := (index . 0).Values.defaults }}
{{- $own := index . 1 }}
{{- if not (or $all.pod $own.pod $all.clusterUsers $all.serviceAccount $own.serviceAccount) }}{{ index . 2 }}
{{- else }}
{{- $object := fromYaml (index . 2) }}
{{- include "training-operator.add" (list $object "metadata.labels" "beneath" ($all.pod).labels ($own.pod).labels) }}
{{- include "training-operator.add" (list $object "metadata.annotations" "beneath" ($all.pod).annotations ($own.pod).annotations) }}
{{- include "training-operator.add" (list $object "spec.nodeSelector" "over" ($all.pod).nodeSelector ($own.pod).nodeSelector) }}
{{- include "training-operator.add" (list $object "spec.tolerations" "append" ($all.pod).tolerations ($own.pod).tolerations) }}
{{- include "training-operator.add" (list $object "spec.affinity" "over" ($all.pod).affinity ($own.pod).affinity) }}
{{- include "training-operator.add" (list $object "spec.topologySpreadConstraints" "append" ($all.pod).topologySpreadConstraints ($own.pod).topologySpreadConstraints) }}
{{- include "training-operator.add" (list $object "spec.priorityClassName" "set" ($all.pod).priorityClassName ($own.pod).priorityClassName) }}
{{- include "training-operator.add" (list $object "spec.runtimeClassName" "set" ($all.pod).runtimeClassName ($own.pod).runtimeClassName) }}
{{- include "training-operator.add" (list $object "spec.hostAliases" "append" ($all.pod).hostAliases ($own.pod).hostAliases) }}
{{- if $all.clusterUsers }}{{ $_ := unset $object.spec.securityContext "runAsUser" }}{{ $_ := unset $object.spec.securityContext "runAsGroup" }}{{ $_ := unset $object.spec.securityContext "fsGroup" }}{{ $_ := unset $object.spec.securityContext "fsGroupChangePolicy" }}{{ end }}
{{- include "training-operator.add" (list $object "spec.securityContext" "over" ($all.pod).securityContext ($own.pod).securityContext) }}
{{- include "training-operator.add" (list $object "spec" "over" ($all.pod).spec ($own.pod).spec) }}
{{- include "training-operator.add" (list $object "spec.volumes" "volumes" ($all.pod).extraVolumes ($own.pod).extraVolumes) }}
{{- include "training-operator.add" (list $object "spec.containers.0.volumeMounts" "mounts" ($all.pod).extraVolumes ($own.pod).extraVolumes) }}
{{- include "training-operator.add" (list $object "spec.containers.0.env" "variables" ($all.pod).extraEnv ($own.pod).extraEnv) }}
{{- include "training-operator.add" (list $object "spec.containers.0.envFrom" "append" ($all.pod).envFrom ($own.pod).envFrom) }}
{{- include "training-operator.add" (list $object "spec.containers.0.args" "append" ($all.pod).extraArgs ($own.pod).extraArgs) }}
{{- include "training-operator.add" (list $object "spec.containers.0.resources.requests" "amounts" (($all.pod).resources).requests (($own.pod).resources).requests) }}
{{- include "training-operator.add" (list $object "spec.containers.0.resources.limits" "amounts" (($all.pod).resources).limits (($own.pod).resources).limits) }}
{{- include "training-operator.add" (list $object "spec.containers.0.securityContext" "over" ($all.pod).containerSecurityContext ($own.pod).containerSecurityContext) }}
{{- include "training-operator.add" (list $object "spec.containers.0" "over" ($all.pod).container ($own.pod).container) }}
{{- include "training-operator.add" (list $object "spec.initContainers" "containers" ($all.pod).extraInitContainers ($own.pod).extraInitContainers) }}
{{- include "training-operator.add" (list $object "spec.containers" "containers" ($all.pod).extraContainers ($own.pod).extraContainers) }}
{{- include "training-operator.add" (list $object "spec.automountServiceAccountToken" "set" ($all.serviceAccount).automount ($own.serviceAccount).automount) }}
{{- toPrettyJson $object }}
{{- end }}
{{- end }}

{{/* What is written (last in the list), with what its section of the values and .Values.defaults add to it. */}}
{{- define "training-operator.extended-network-policy" -}}
{{- $all := (index . 0).Values.defaults }}
{{- $own := index . 1 }}
{{- if not (or $all.network $own.network) }}{{ index . 2 }}
{{- else }}
{{- $object := fromYaml (index . 2) }}
{{- include "training-operator.add" (list $object "spec.ingress" "append" ($all.network).ingress ($own.network).ingress) }}
{{- include "training-operator.add" (list $object "spec.egress" "append" ($all.network).egress ($own.network).egress) }}
{{- toPrettyJson $object }}
{{- end }}
{{- end }}

{{/* What is written (last in the list), with what its section of the values and .Values.defaults add to it. */}}
{{- define "training-operator.extended-service" -}}
{{- $all := (index . 0).Values.defaults }}
{{- $own := index . 1 }}
{{- if not (or $all.service $own.service) }}{{ index . 2 }}
{{- else }}
{{- $object := fromYaml (index . 2) }}
{{- include "training-operator.add" (list $object "metadata.labels" "beneath" ($all.service).labels ($own.service).labels) }}
{{- include "training-operator.add" (list $object "metadata.annotations" "beneath" ($all.service).annotations ($own.service).annotations) }}
{{- include "training-operator.add" (list $object "spec.type" "set" ($all.service).type ($own.service).type) }}
{{- include "training-operator.add" (list $object "spec.loadBalancerClass" "set" ($all.service).loadBalancerClass ($own.service).loadBalancerClass) }}
{{- include "training-operator.add" (list $object "spec.loadBalancerSourceRanges" "append" ($all.service).loadBalancerSourceRanges ($own.service).loadBalancerSourceRanges) }}
{{- include "training-operator.add" (list $object "spec" "over" ($all.service).spec ($own.service).spec) }}
{{- toPrettyJson $object }}
{{- end }}
{{- end }}

{{/* What is written (last in the list), with what its section of the values and .Values.defaults add to it. */}}
{{- define "training-operator.extended-service-account" -}}
{{- $all := (index . 0).Values.defaults }}
{{- $own := index . 1 }}
{{- if not (or $all.serviceAccount $own.serviceAccount) }}{{ index . 2 }}
{{- else }}
{{- $object := fromYaml (index . 2) }}
{{- include "training-operator.add" (list $object "metadata.labels" "beneath" ($all.serviceAccount).labels ($own.serviceAccount).labels) }}
{{- include "training-operator.add" (list $object "metadata.annotations" "beneath" ($all.serviceAccount).annotations ($own.serviceAccount).annotations) }}
{{- include "training-operator.add" (list $object "automountServiceAccountToken" "set" ($all.serviceAccount).automount ($own.serviceAccount).automount) }}
{{- toPrettyJson $object }}
{{- end }}
{{- end }}

{{/* Puts a value where a path leads in an object, with what is there: of all workloads, and over it of this one. */}}
{{- define "training-operator.add" -}}
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
{{- else if eq $how "amounts" }}{{ $_ := set $there $name (include "training-operator.text" $each) }}
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
