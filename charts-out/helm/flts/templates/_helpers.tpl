{{/* The reference of an image; what it leaves empty comes from the settings of all images. */}}
{{- define "flts.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- with $image.registry | default $root.Values.images.registry }}{{ . }}/{{ end -}}
{{ $image.repository }}:{{ $image.tag | default $root.Values.images.tag }}
{{- with $image.digest }}@{{ . }}{{ end -}}
{{- end }}
