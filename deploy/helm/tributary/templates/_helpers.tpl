{{- define "tributary.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* The name of the release, with the chart's name where it does not contain that. 52 characters leave room for a suffix. */}}
{{- define "tributary.fullname" -}}
{{- $name := include "tributary.name" . }}
{{- $full := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) }}
{{- .Values.fullnameOverride | default $full | trunc 52 | trimSuffix "-" }}
{{- end }}

{{- define "tributary.selectorLabels" -}}
app.kubernetes.io/name: {{ include "tributary.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: gateway
{{- end }}

{{- define "tributary.labels" -}}
{{ include "tributary.selectorLabels" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | trunc 63 | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "tributary.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (.Values.serviceAccount.create | ternary (include "tributary.fullname" .) "default") }}
{{- end }}

{{- define "tributary.image" -}}
{{- with .Values.image }}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{- define "tributary.configMapName" -}}
{{- .Values.existingConfigMap | default (printf "%s-config" (include "tributary.fullname" .)) }}
{{- end }}

{{/* The Secret whose keys are files of the configuration; empty where there is none. */}}
{{- define "tributary.secretName" -}}
{{- if and .Values.existingSecret .Values.secrets }}{{ fail "existingSecret and secrets exclude each other; use one of them" }}{{ end }}
{{- .Values.existingSecret | default (.Values.secrets | empty | ternary "" (printf "%s-secrets" (include "tributary.fullname" .))) }}
{{- end }}

{{- define "tributary.scheme" -}}
{{- .Values.config.server.tls | empty | ternary "HTTP" "HTTPS" }}
{{- end }}

{{- define "tributary.basePath" -}}
{{- .Values.config.server.basePath | default "" }}
{{- end }}

{{/* Fails where the gateway could not start, or nobody could reach it, with words that say what to do. */}}
{{- define "tributary.checkConfig" -}}
{{- with .Values.config }}
{{- if not .auth }}{{ fail "config.auth is empty; say there who may send requests (docs/access.md), or `none` for everyone" }}{{ end }}
{{- if not .sources }}{{ fail "config.sources is empty; name your backup systems there (docs/configuration.md), or name a ConfigMap of your own in existingConfigMap" }}{{ end }}
{{- if has .server.host (list "127.0.0.1" "::1" "localhost") }}{{ fail (printf "config.server.host is %s, which nobody outside the pod reaches; use 0.0.0.0" .server.host) }}{{ end }}
{{- end }}
{{- include "tributary.checkStop" . }}
{{- end }}

{{/* Fails where Kubernetes would kill a pod in the middle of its stop. A time that is a placeholder is not known here. */}}
{{- define "tributary.checkStop" -}}
{{- $timeout := .Values.config.server.shutdownTimeout }}
{{- $preStop := dig "preStop" "sleep" "seconds" 0 (.Values.lifecycle | default dict) | int64 }}
{{- $grace := .Values.terminationGracePeriodSeconds | int64 }}
{{- if regexMatch "^[0-9]+(ms|s|m|h|d)$" $timeout }}
{{- $unitMs := get (dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 "d" 86400000) (regexFind "[a-z]+" $timeout) }}
{{- $stopMs := add (mul (regexFind "[0-9]+" $timeout | int64) $unitMs) (mul $preStop 1000) }}
{{- if ge $stopMs (mul $grace 1000) }}{{ fail (printf "terminationGracePeriodSeconds is %d, but a stop may take longer: config.server.shutdownTimeout is %s, and lifecycle.preStop.sleep %d s; make it longer than both together" $grace $timeout $preStop) }}{{ end }}
{{- end }}
{{- end }}
