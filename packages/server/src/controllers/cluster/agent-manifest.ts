import { createHash } from 'node:crypto'
import type { KubeObject } from '@atrium/kube/object.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'

export const agentNames = {
  namespace: 'atrium-system',
  agent: 'atrium-agent',
  enrolment: 'atrium-agent-enrolment',
  identity: 'atrium-agent-identity',
} as const

const paths = {
  enrolment: '/etc/atrium/enrolment',
  state: '/var/lib/atrium-agent',
  serviceAccount: '/var/run/secrets/kubernetes.io/serviceaccount',
} as const

const labels = { 'app.kubernetes.io/name': agentNames.agent, 'app.kubernetes.io/managed-by': 'atrium' }
const namespaced = (name: string) => ({ name, namespace: agentNames.namespace, labels })

/** Says in the Secret itself when its token was made: a token that nobody used in time is replaced. */
export const tokenIssuedAt = 'atrium.dev/token-issued-at'

export interface AgentShape {
  image: string
  /** It may look at the cluster, and change nothing but itself. */
  isReadOnly?: boolean
}

/** Everything of the agent but its enrolment Secret, in the order it is applied. Pure. */
export function agentManifest({ image, isReadOnly = false }: AgentShape): KubeObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: agentNames.namespace, labels } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: namespaced(agentNames.agent) },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: agentNames.agent, labels },
      rules: isReadOnly ? readingRules : everyRule,
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: agentNames.agent, labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: agentNames.agent },
      subjects: [{ kind: 'ServiceAccount', name: agentNames.agent, namespace: agentNames.namespace }],
    },
    ...(isReadOnly ? ownRole : []),
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: namespaced(agentNames.agent),
      spec: {
        replicas: 1,
        // Two agents of one cluster would take the session from each other.
        strategy: { type: 'Recreate' },
        selector: { matchLabels: { 'app.kubernetes.io/name': agentNames.agent } },
        template: { metadata: { labels }, spec: podSpec(image) },
      },
    },
  ]
}

/** Layers may hold anything, roles included: nobody can grant what he does not have. */
const everyRule = [
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { nonResourceURLs: ['*'], verbs: ['*'] },
]

const reading = ['get', 'list', 'watch']

/** What it reports is made of these; Secrets and ConfigMaps are not among them. The last is for the day it removes itself. */
const readingRules = [
  { apiGroups: [''], resources: ['nodes', 'namespaces', 'pods', 'events'], verbs: reading },
  { apiGroups: ['metrics.k8s.io'], resources: ['nodes', 'pods'], verbs: reading },
  {
    apiGroups: ['rbac.authorization.k8s.io'],
    resources: ['clusterroles', 'clusterrolebindings'],
    resourceNames: [agentNames.agent],
    verbs: ['get', 'patch'],
  },
]

/** It keeps what it knows in Secrets of its namespace, and removes that namespace when it leaves. */
const ownRole: KubeObject[] = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: namespaced(agentNames.agent),
    rules: [
      { apiGroups: [''], resources: ['secrets'], verbs: ['*'] },
      { apiGroups: [''], resources: ['namespaces'], resourceNames: [agentNames.namespace], verbs: ['get', 'delete'] },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: namespaced(agentNames.agent),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: agentNames.agent },
    subjects: [{ kind: 'ServiceAccount', name: agentNames.agent, namespace: agentNames.namespace }],
  },
]

function podSpec(image: string): Record<string, unknown> {
  const gone = (key: string) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 10 })
  return {
    serviceAccountName: agentNames.agent,
    priorityClassName: 'system-cluster-critical',
    // Runs on the control plane too, so that a cluster without workers has an agent; leaves a dead node soon.
    tolerations: [
      { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' },
      gone('node.kubernetes.io/not-ready'),
      gone('node.kubernetes.io/unreachable'),
    ],
    containers: [
      {
        name: 'agent',
        image,
        imagePullPolicy: 'IfNotPresent',
        args: [
          ...['--enrolment-dir', paths.enrolment],
          ...['--state-dir', paths.state],
          ...['--service-account-dir', paths.serviceAccount],
          ...['--namespace', agentNames.namespace],
        ],
        env: [{ name: 'POD_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } }],
        resources: { requests: { cpu: '50m', memory: '96Mi' } },
        volumeMounts: [
          { name: 'enrolment', mountPath: paths.enrolment, readOnly: true },
          { name: 'state', mountPath: paths.state },
        ],
      },
    ],
    volumes: [
      { name: 'enrolment', secret: { secretName: agentNames.enrolment } },
      { name: 'state', emptyDir: {} },
    ],
  }
}

export interface EnrolmentInput {
  token: Secret<string>
  serverUrl: string
  caPem: string
  clusterUid: string
  /** RFC 3339. */
  issuedAt: string
}

export function enrolmentSecret(input: EnrolmentInput): KubeObject {
  const encode = (text: string): string => Buffer.from(text).toString('base64')
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...namespaced(agentNames.enrolment), annotations: { [tokenIssuedAt]: input.issuedAt } },
    type: 'Opaque',
    data: {
      token: encode(input.token.reveal()),
      serverUrl: encode(input.serverUrl),
      'ca.crt': encode(input.caPem),
      clusterUid: encode(input.clusterUid),
    },
  }
}

/** Stands for the whole manifest: a plane with another one applies it anew. */
export const manifestDigest = (objects: readonly KubeObject[]): string =>
  createHash('sha256').update(JSON.stringify(objects)).digest('hex').slice(0, 16)
