{{- /* Names and pods of all workloads. A dictionary with `root` and `name` (the component) is the argument. */ -}}

{{- define "critic.labels" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/part-of: photo-critic
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "critic.metadata" -}}
name: {{ .object | default .name }}
namespace: {{ .root.Release.Namespace }}
labels: {{- include "critic.labels" . | nindent 2 }}
{{- with .labels }}
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "critic.selector" -}}
app.kubernetes.io/name: {{ .name }}
{{- end }}

{{- /* The version is no label of pods: a new chart alone restarts nothing. */ -}}
{{- define "critic.podMetadata" -}}
labels:
  app.kubernetes.io/name: {{ .name }}
  app.kubernetes.io/instance: {{ .root.Release.Name }}
  app.kubernetes.io/part-of: photo-critic
{{- if has .name (list "gateway" "worker" "webhooks") }}
annotations:
  checksum/settings: {{ include "critic.settings" .root | sha256sum }}
{{- end }}
{{- end }}

{{- define "critic.image" -}}
{{- $image := .root.Values.image -}}
image: {{ with $image.registry }}{{ . }}/{{ end }}photo-critic/{{ .image }}:{{ $image.tag | default .root.Chart.AppVersion }}{{ .suffix | default "" }}
imagePullPolicy: {{ $image.pullPolicy }}
{{- end }}

{{- /* The Pod Security Standard "restricted"; no pod calls the Kubernetes API. */ -}}
{{- define "critic.pod" -}}
serviceAccountName: {{ .account | default "photo-critic" }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext: {runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001, seccompProfile: {type: RuntimeDefault}}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "critic.spread" -}}
topologySpreadConstraints:
{{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector: {matchLabels: {app.kubernetes.io/name: {{ $.name }}}}
{{- end }}
{{- end }}

{{- define "critic.container" -}}
securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
{{- end }}

{{- define "critic.tmp" -}}
- name: tmp
  emptyDir: {sizeLimit: {{ . }}}
{{- end }}

{{- /* `files`: keys of the secret. */ -}}
{{- define "critic.secrets" -}}
- name: secrets
  secret:
    secretName: {{ .root.Values.secret }}
    defaultMode: 0440
    items: {{- range .files }}
      - {key: {{ . }}, path: {{ . }}}
    {{- end }}
{{- end }}

{{- define "critic.settings" -}}
CRITIC_ENVIRONMENT: production
CRITIC_STORAGE_URL: {{ .Values.storage.url | quote }}
{{- range $name, $value := .Values.settings }}
{{ $name }}: {{ $value | quote }}
{{- end }}
{{- end }}

{{- define "critic.envFrom" -}}
- configMapRef: {name: settings}
{{- with .Values.storage.secret }}
- secretRef: {name: {{ . }}}
{{- end }}
{{- end }}

{{- /* Each service is a user of Redis, with rights of its own (infra/docker/redis-users.acl). */ -}}
{{- define "critic.redisUser" -}}
{{- $redis := .root.Values.redis -}}
- name: CRITIC_REDIS_URL
  value: {{ ternary "rediss" "redis" $redis.tls }}://{{ .name }}@{{ $redis.external | default "redis:6379/0" }}
- {name: CRITIC_REDIS_PASSWORD_FILE, value: /run/secrets/photo-critic/redis_{{ .name }}_password}
{{- end }}

{{- define "critic.disruption" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{- include "critic.metadata" . | nindent 2 }}
spec:
  maxUnavailable: {{ .unavailable | default 1 }}
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector: {matchLabels: { {{- include "critic.selector" . -}} }}
{{- end }}

{{- define "critic.onGpu" -}}
{{- if has .Values.inference.server (list "gpu" "triton") }}true{{ end }}
{{- end }}

{{- define "critic.inferenceResources" -}}
{{- $memory := dict "cpu" (list "768Mi" "2Gi") "openvino" (list "1Gi" "3Gi") "gpu" (list "3Gi" "6Gi") "triton" (list "4Gi" "8Gi") -}}
{{- $of := get $memory .Values.inference.server -}}
{{- $default := dict "requests" (dict "cpu" "2" "memory" (first $of)) "limits" (dict "memory" (last $of)) -}}
{{- $resources := mergeOverwrite $default .Values.inference.resources -}}
{{- if include "critic.onGpu" . }}{{- $_ := set $resources.limits .Values.inference.gpu.resource "1" }}{{ end -}}
{{- toYaml $resources }}
{{- end }}

{{- define "critic.policy" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{- include "critic.metadata" . | nindent 2 }}
spec:
  podSelector: {matchLabels: { {{- include "critic.selector" . -}} }}
{{- end }}

{{- /* Away at zero photos, and in hours of expected load at their number of replicas. */ -}}
{{- define "critic.scale" -}}
scaleTargetRef: {name: {{ .name }}}
minReplicaCount: {{ .tier.minReplicas }}
maxReplicaCount: {{ .tier.maxReplicas }}
{{- if .tier.toZero }}
idleReplicaCount: 0
cooldownPeriod: 600  # from the last photo to zero
{{- end }}
{{- end }}

{{- define "critic.warm" }}
    {{- range $index, $hours := .tier.warm }}
    - name: warm-{{ $index }}
      type: cron
      metadata:
        timezone: {{ $hours.timezone | quote }}
        start: {{ $hours.start | quote }}
        end: {{ $hours.end | quote }}
        desiredReplicas: {{ $hours.replicas | quote }}
    {{- end }}
{{- end }}

{{- /* Every gateway reports the whole backlog, hence the maximum and not the sum. Without Redis it is NaN, which KEDA takes for
a huge negative number (#7475): the comparison drops it, and an empty result is an error. */ -}}
{{- define "critic.backlog" -}}
serverAddress: {{ .root.Values.autoscaling.prometheus }}
query: max(critic_backlog_photos{namespace={{ .root.Release.Namespace | quote }}} >= 0)
ignoreNullValues: "false"
activationThreshold: "0"
{{- end }}
