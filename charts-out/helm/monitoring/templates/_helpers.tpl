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

{{/* Used 8 times, with root, app. */}}
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

{{/* Used 7 times, with root, alert, for, severity: alert, for, labels. */}}
{{- define "monitoring.rules-entries" -}}
alert: {{ $.alert | quote }}
for: {{ $.for | quote }}
labels:
  severity: {{ $.severity | quote }}
{{- end }}

{{/* Used 6 times. */}}
{{- define "monitoring.egress" -}}
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

{{/* Used 5 times, with root, labels: annotations, labels, namespace. */}}
{{- define "monitoring.metadata-entries" -}}
annotations:
  argocd.argoproj.io/sync-wave: "1"
  helm.sh/hook: test
  helm.sh/hook-weight: "0"
  helm.sh/hook-delete-policy: "before-hook-creation,hook-succeeded"
labels:
  {{- include "monitoring.metadata-labels" (dict "root" $.root "app" $.labels) | nindent 2 }}
namespace: {{ include "monitoring.namespace" $.root | quote }}
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

{{/* Used 2 times, with root, server, name. */}}
{{- define "monitoring.acme" -}}
server: {{ $.server | quote }}
email: {{ $.root.Values.certificates.letsEncrypt.email | quote }}
privateKeySecretRef:
  name: "{{ include "monitoring.prefix" $.root }}{{ $.name }}"
solvers:
  -
    {{- if ne $.root.Values.certificates.letsEncrypt.solver "dns01" }}
    http01:
      ingress:
        {{- if eq $.root.Values.exposure.type "gke" }}
        class: gce
        {{- else if $.root.Values.exposure.ingress.className }}
        ingressClassName: {{ $.root.Values.exposure.ingress.className | quote }}
        {{- end }}
        podTemplate:
          metadata:
            labels:
              app.kubernetes.io/instance: "{{ include "monitoring.prefix" $.root }}monitoring"
    {{- else }}
    dns01:
      cloudDNS:
        project: {{ $.root.Values.certificates.letsEncrypt.dnsProject | quote }}
    {{- end }}
{{- end }}

{{/* Used 2 times, with root, app. */}}
{{- define "monitoring.service-account" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  annotations:
    argocd.argoproj.io/sync-wave: "1"
    helm.sh/hook: test
    helm.sh/hook-weight: "0"
    helm.sh/hook-delete-policy: "before-hook-creation,hook-succeeded"
  labels:
    {{- include "monitoring.metadata-labels" (dict "root" $.root "app" $.app) | nindent 4 }}
  name: "{{ include "monitoring.prefix" $.root }}{{ $.app }}"
  namespace: {{ include "monitoring.namespace" $.root | quote }}
automountServiceAccountToken: false
{{- end }}

{{/* What is written (last in the list), with what its section of the values and .Values.defaults add to it. */}}
{{- define "monitoring.extended-network-policy" -}}
{{- $all := (index . 0).Values.defaults }}
{{- $own := index . 1 }}
{{- if not (or $all.network $own.network) }}{{ index . 2 }}
{{- else }}
{{- $object := fromYaml (index . 2) }}
{{- include "monitoring.add" (list $object "spec.ingress" "append" ($all.network).ingress ($own.network).ingress) }}
{{- include "monitoring.add" (list $object "spec.egress" "append" ($all.network).egress ($own.network).egress) }}
{{- toPrettyJson $object }}
{{- end }}
{{- end }}

{{/* What is written (last in the list), with what its section of the values and .Values.defaults add to it. */}}
{{- define "monitoring.extended-pod" -}}
{{- $all := (index . 0).Values.defaults }}
{{- $own := index . 1 }}
{{- if not (or $all.pod $own.pod $all.clusterUsers $all.serviceAccount $own.serviceAccount) }}{{ index . 2 }}
{{- else }}
{{- $object := fromYaml (index . 2) }}
{{- include "monitoring.add" (list $object "metadata.labels" "beneath" ($all.pod).labels ($own.pod).labels) }}
{{- include "monitoring.add" (list $object "metadata.annotations" "beneath" ($all.pod).annotations ($own.pod).annotations) }}
{{- include "monitoring.add" (list $object "spec.nodeSelector" "over" ($all.pod).nodeSelector ($own.pod).nodeSelector) }}
{{- include "monitoring.add" (list $object "spec.tolerations" "append" ($all.pod).tolerations ($own.pod).tolerations) }}
{{- include "monitoring.add" (list $object "spec.affinity" "over" ($all.pod).affinity ($own.pod).affinity) }}
{{- include "monitoring.add" (list $object "spec.topologySpreadConstraints" "append" ($all.pod).topologySpreadConstraints ($own.pod).topologySpreadConstraints) }}
{{- include "monitoring.add" (list $object "spec.priorityClassName" "set" ($all.pod).priorityClassName ($own.pod).priorityClassName) }}
{{- include "monitoring.add" (list $object "spec.runtimeClassName" "set" ($all.pod).runtimeClassName ($own.pod).runtimeClassName) }}
{{- include "monitoring.add" (list $object "spec.hostAliases" "append" ($all.pod).hostAliases ($own.pod).hostAliases) }}
{{- if $all.clusterUsers }}{{ $_ := unset $object.spec.securityContext "runAsUser" }}{{ $_ := unset $object.spec.securityContext "runAsGroup" }}{{ $_ := unset $object.spec.securityContext "fsGroup" }}{{ $_ := unset $object.spec.securityContext "fsGroupChangePolicy" }}{{ end }}
{{- include "monitoring.add" (list $object "spec.securityContext" "over" ($all.pod).securityContext ($own.pod).securityContext) }}
{{- include "monitoring.add" (list $object "spec" "over" ($all.pod).spec ($own.pod).spec) }}
{{- include "monitoring.add" (list $object "spec.volumes" "volumes" ($all.pod).extraVolumes ($own.pod).extraVolumes) }}
{{- include "monitoring.add" (list $object "spec.containers.0.volumeMounts" "mounts" ($all.pod).extraVolumes ($own.pod).extraVolumes) }}
{{- include "monitoring.add" (list $object "spec.containers.0.env" "variables" ($all.pod).extraEnv ($own.pod).extraEnv) }}
{{- include "monitoring.add" (list $object "spec.containers.0.envFrom" "append" ($all.pod).envFrom ($own.pod).envFrom) }}
{{- include "monitoring.add" (list $object "spec.containers.0.args" "append" ($all.pod).extraArgs ($own.pod).extraArgs) }}
{{- include "monitoring.add" (list $object "spec.containers.0.resources.requests" "amounts" (($all.pod).resources).requests (($own.pod).resources).requests) }}
{{- include "monitoring.add" (list $object "spec.containers.0.resources.limits" "amounts" (($all.pod).resources).limits (($own.pod).resources).limits) }}
{{- include "monitoring.add" (list $object "spec.containers.0.securityContext" "over" ($all.pod).containerSecurityContext ($own.pod).containerSecurityContext) }}
{{- include "monitoring.add" (list $object "spec.containers.0" "over" ($all.pod).container ($own.pod).container) }}
{{- include "monitoring.add" (list $object "spec.initContainers" "containers" ($all.pod).extraInitContainers ($own.pod).extraInitContainers) }}
{{- include "monitoring.add" (list $object "spec.containers" "containers" ($all.pod).extraContainers ($own.pod).extraContainers) }}
{{- include "monitoring.add" (list $object "spec.automountServiceAccountToken" "set" ($all.serviceAccount).automount ($own.serviceAccount).automount) }}
{{- toPrettyJson $object }}
{{- end }}
{{- end }}

{{/* What is written (last in the list), with what its section of the values and .Values.defaults add to it. */}}
{{- define "monitoring.extended-service-account" -}}
{{- $all := (index . 0).Values.defaults }}
{{- $own := index . 1 }}
{{- if not (or $all.serviceAccount $own.serviceAccount) }}{{ index . 2 }}
{{- else }}
{{- $object := fromYaml (index . 2) }}
{{- include "monitoring.add" (list $object "metadata.labels" "beneath" ($all.serviceAccount).labels ($own.serviceAccount).labels) }}
{{- include "monitoring.add" (list $object "metadata.annotations" "beneath" ($all.serviceAccount).annotations ($own.serviceAccount).annotations) }}
{{- include "monitoring.add" (list $object "automountServiceAccountToken" "set" ($all.serviceAccount).automount ($own.serviceAccount).automount) }}
{{- toPrettyJson $object }}
{{- end }}
{{- end }}

{{/* Puts a value where a path leads in an object, with what is there: of all workloads, and over it of this one. */}}
{{- define "monitoring.add" -}}
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
{{- else if eq $how "amounts" }}{{ $_ := set $there $name (include "monitoring.text" $each) }}
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
