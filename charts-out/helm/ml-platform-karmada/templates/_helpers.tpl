{{/* What the names of all objects begin with: nothing for a release that is called like its chart, else its name. */}}
{{- define "ml-platform-karmada.prefix" -}}
{{- if .Values.namePrefix }}{{ .Values.namePrefix }}
{{- else if not (has .Release.Name (list "ml-platform-karmada" "ml-platform")) }}
{{- if gt (len .Release.Name) 24 }}{{ fail "the release's name is longer than 24, and names of objects begin with it: set namePrefix" }}{{ end -}}
{{ .Release.Name }}-
{{- end -}}
{{- end }}
