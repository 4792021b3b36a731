import type { KubeObject } from '@atrium/kube/object.ts'
import { POD_IMAGE } from './cloud.ts'

const namespace = 'default'

export const greetingSecret = (greeting: string): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'greeting', namespace } },
  data: { greeting: Buffer.from(greeting).toString('base64') },
})

/** A service account that may read pods, and nothing else. */
export const podReader = (name: string): KubeObject[] => [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
  {
    ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name, namespace } },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
  },
  {
    ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name, namespace } },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  },
]

export interface AgentOptions {
  serviceAccount: string
  secretName?: string
  args?: string[]
}

/** A Deployment as any cloud would get it: nothing in it knows where it runs. */
export const agentDeployment = (name: string, options: AgentOptions): KubeObject => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace } },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        serviceAccountName: options.serviceAccount,
        terminationGracePeriodSeconds: 5,
        containers: [
          {
            name: 'agent',
            image: `${POD_IMAGE}:1.0.0`,
            args: [
              '--state-dir=/var/lib/agent',
              ...['--secret-dir', '/etc/greeting'],
              ...['--service-account-dir', '/var/run/secrets/kubernetes.io/serviceaccount'],
              ...(options.args ?? []),
            ],
            env: [
              { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
              { name: 'GREETING', valueFrom: { secretKeyRef: { name: 'greeting', key: 'greeting' } } },
              { name: 'STATE_FILE', value: '/var/lib/agent/$(POD_NAME).json' },
            ],
            volumeMounts: [
              { name: 'greeting', mountPath: '/etc/greeting', readOnly: true },
              { name: 'state', mountPath: '/var/lib/agent' },
            ],
          },
        ],
        volumes: [
          { name: 'greeting', secret: { secretName: options.secretName ?? 'greeting' } },
          { name: 'state', emptyDir: {} },
        ],
      },
    },
  },
})
