import { KubeClient } from '@atrium/kube/client.ts'
import { parseKubeconfig } from '@atrium/kube/config.ts'
import type { KubeObject } from '@atrium/kube/object.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'

/** What a cluster really holds, as far as scenario `custom-cloud` declares it. */
export interface ClusterContent {
  nodes: number
  /** Nodes with the label of pool `workers`. */
  web: number
  /** `data.replicas` of the manifest layer's object; null when it is not there. */
  note: string | null
  /** Replicas of the chart layer's Deployment; null when it is not there. */
  page: number | null
  /** Cores of each namespace's quota, such as `team-a=2`. */
  quotas: string[]
  /** Who is bound to ClusterRole `view`. */
  readers: string[]
}

type Quota = KubeObject & { spec?: { hard?: Record<string, string> } }
type Binding = KubeObject & { roleRef: { name: string }; subjects?: { name: string }[] }
const bindings = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding' }

export async function openCluster(kubeconfig: string): Promise<() => Promise<ClusterContent>> {
  const config = await parseKubeconfig(kubeconfig, { baseDir: null, clock: systemClock })
  const kube = new KubeClient({ config, clock: systemClock })
  return async () => {
    const { items: nodes } = await kube.list<KubeObject>({ apiVersion: 'v1', kind: 'Node' })
    const note = await kube.find<KubeObject & { data?: { replicas?: string } }>({
      ...{ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'note' },
    })
    const page = await kube.find<KubeObject & { spec?: { replicas?: number } }>({
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'hello-atrium', name: 'hello-atrium' },
    })
    const { items: quotas } = await kube.list<Quota>({ apiVersion: 'v1', kind: 'ResourceQuota' })
    const { items: bound } = await kube.list<Binding>(bindings)
    return {
      nodes: nodes.length,
      web: nodes.filter(({ metadata }) => metadata.labels?.tier === 'web').length,
      note: note?.data?.replicas ?? null,
      page: page?.spec?.replicas ?? null,
      quotas: quotas.map(({ metadata, spec }) => `${metadata.namespace}=${spec?.hard?.['requests.cpu']}`).sort(),
      readers: bound
        .filter(({ roleRef }) => roleRef.name === 'view')
        .flatMap(({ subjects = [] }) => subjects.map(({ name }) => name)),
    }
  }
}
