import { stringify } from 'yaml'
import type { PodImage } from './protocol.ts'

/**
 * What kwok does with the nodes and pods it manages. Pods become ready at once, those of Jobs and bare pods that are
 * not to be restarted complete, and pods of the pod runner's images are left alone.
 */
export const kwokStages = (images: readonly PodImage[]): string =>
  [nodeReady, nodeHeartbeat, ...podStages(images)].map((stage) => stringify(stage, { lineWidth: 0 })).join('---\n')

interface Expression {
  key: string
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  values?: string[]
}

const stage = (kind: 'Node' | 'Pod', name: string, matchExpressions: Expression[], rest: object): object => ({
  apiVersion: 'kwok.x-k8s.io/v1alpha1',
  kind: 'Stage',
  metadata: { name },
  spec: { resourceRef: { apiGroup: 'v1', kind }, selector: { matchExpressions }, ...rest },
})

const exists = (key: string): Expression => ({ key, operator: 'Exists' })
const missing = (key: string): Expression => ({ key, operator: 'DoesNotExist' })
const oneOf = (key: string, ...values: string[]): Expression => ({ key, operator: 'In', values })
const noneOf = (key: string, ...values: string[]): Expression => ({ key, operator: 'NotIn', values })

const NODE_CONDITIONS = `
{{ $now := Now }}
{{ $since := or .metadata.creationTimestamp $now }}
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ $now | Quote }}
  lastTransitionTime: {{ $since | Quote }}
{{ end }}`

const nodeIsReady = '.status.conditions.[] | select( .type == "Ready" ) | .status'

const nodeReady = stage('Node', 'node-ready', [noneOf(nodeIsReady, 'True')], {
  next: { statusTemplate: `${NODE_CONDITIONS}\nphase: Running\n` },
})

/** Leases carry the liveness; the status is refreshed rarely, as kubelet does. */
const nodeHeartbeat = stage('Node', 'node-heartbeat', [oneOf('.status.phase', 'Running'), oneOf(nodeIsReady, 'True')], {
  delay: { durationMilliseconds: 300_000, jitterDurationMilliseconds: 360_000 },
  next: { statusTemplate: NODE_CONDITIONS },
})

const INIT_DONE = `
{{ $now := Now }}
{{ if .spec.initContainers }}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  restartCount: 0
  {{ if eq (or .restartPolicy "") "Always" }}
  ready: true
  started: true
  state:
    running:
      startedAt: {{ $now | Quote }}
  {{ else }}
  ready: true
  started: false
  state:
    terminated:
      exitCode: 0
      reason: Completed
      startedAt: {{ $now | Quote }}
      finishedAt: {{ $now | Quote }}
  {{ end }}
{{ end }}
{{ end }}`

const POD_RUNNING = `${INIT_DONE}
conditions:
{{ range .spec.readinessGates }}
- type: {{ .conditionType | Quote }}
  status: "True"
  lastTransitionTime: {{ $now | Quote }}
{{ end }}
- type: PodReadyToStartContainers
  status: "True"
  lastTransitionTime: {{ $now | Quote }}
- type: Initialized
  status: "True"
  lastTransitionTime: {{ $now | Quote }}
- type: Ready
  status: "True"
  lastTransitionTime: {{ $now | Quote }}
- type: ContainersReady
  status: "True"
  lastTransitionTime: {{ $now | Quote }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  ready: true
  started: true
  restartCount: 0
  state:
    running:
      startedAt: {{ $now | Quote }}
{{ end }}
hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
podIP: {{ PodIPWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) | Quote }}
phase: Running
startTime: {{ $now | Quote }}
`

const POD_COMPLETED = `
{{ $now := Now }}
{{ $started := or .status.startTime $now }}
conditions:
- type: Ready
  status: "False"
  reason: PodCompleted
  lastTransitionTime: {{ $now | Quote }}
- type: ContainersReady
  status: "False"
  reason: PodCompleted
  lastTransitionTime: {{ $now | Quote }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: ""
  ready: false
  started: false
  restartCount: 0
  state:
    terminated:
      exitCode: 0
      reason: Completed
      startedAt: {{ $started | Quote }}
      finishedAt: {{ $now | Quote }}
{{ end }}
phase: Succeeded
`

const podIsReady = '.status.conditions.[] | select( .type == "Ready" ) | .status'

const POD_READY_AGAIN = `
conditions:
- type: Ready
  status: "True"
  lastTransitionTime: {{ Now | Quote }}
`

const podStages = (images: readonly PodImage[]): object[] => {
  const simulated = images.map(({ repository }) => missing(imageQuery(repository)))
  const living = [missing('.metadata.deletionTimestamp'), ...simulated]
  const running = oneOf('.status.phase', 'Running')
  return [
    stage('Pod', 'pod-running', [...living, missing('.status.startTime')], { next: { statusTemplate: POD_RUNNING } }),
    // While a node was not ready, its pods were marked so as well: a kubelet that is back takes that back.
    stage(
      'Pod',
      'pod-ready-again',
      [...living, running, oneOf('.spec.restartPolicy', 'Always'), oneOf(podIsReady, 'False')],
      {
        delay: { durationMilliseconds: 1_000 },
        next: { statusTemplate: POD_READY_AGAIN },
      },
    ),
    stage('Pod', 'pod-complete', [...living, running, oneOf('.spec.restartPolicy', 'Never', 'OnFailure')], {
      delay: { durationMilliseconds: 500 },
      next: { statusTemplate: POD_COMPLETED },
    }),
    stage('Pod', 'pod-delete', [exists('.metadata.deletionTimestamp'), missing('.metadata.finalizers'), ...simulated], {
      next: { delete: true },
    }),
  ]
}

/** A jq query that finds something when a container of the pod uses this repository, with any tag or digest. */
const imageQuery = (repository: string): string => {
  const literal = repository.replaceAll(/[.+*?^$()[\]{}|\\]/g, '[$&]')
  return `.spec.containers.[].image | select(test("^${literal}([:@].*)?$"))`
}
