import type { KubeClient } from '@atrium/kube/client.ts'
import type { KubeObject, KubeRef } from '@atrium/kube/object.ts'
import { describeRef } from '@atrium/kube/object.ts'
import { eventually } from './wait.ts'

export interface Deployment extends KubeObject {
  spec: {
    replicas: number
    template: { metadata: { annotations?: Record<string, string> }; spec: Record<string, unknown> }
  }
  status?: { availableReplicas?: number }
}
export interface ConfigMap extends KubeObject {
  data: Record<string, string>
}
export interface Pod extends KubeObject {
  spec: { nodeName?: string }
  status?: { phase?: string }
}
export interface Node extends KubeObject {
  spec: { taints?: { key: string; value?: string; effect: string }[] }
  status?: { conditions?: { type: string; status: string }[]; nodeInfo?: { kubeletVersion: string } }
}

const ref = (apiVersion: string, kind: string, namespace: string, name: string): KubeRef => ({
  apiVersion,
  kind,
  namespace,
  name,
})

/** Objects of the shipped packs. */
export const hello = {
  deployment: ref('apps/v1', 'Deployment', 'hello-atrium', 'hello-atrium'),
  page: ref('v1', 'ConfigMap', 'hello-atrium', 'hello-page'),
  service: ref('v1', 'Service', 'hello-atrium', 'hello-atrium'),
}
export const store = {
  set: ref('apps/v1', 'StatefulSet', 'key-value-store', 'key-value-store'),
  service: ref('v1', 'Service', 'key-value-store', 'key-value-store'),
  budget: ref('policy/v1', 'PodDisruptionBudget', 'key-value-store', 'key-value-store'),
  alerts: ref('v1', 'ConfigMap', 'key-value-store', 'alert-text'),
}
export const infrastructure = {
  network: ref('apps/v1', 'DaemonSet', 'kube-system', 'local-cni'),
  networkConfig: ref('v1', 'ConfigMap', 'kube-system', 'local-cni'),
  storageClass: ref('storage.k8s.io/v1', 'StorageClass', '', 'standard'),
  reader: ref('rbac.authorization.k8s.io/v1', 'ClusterRole', '', 'atrium-node-reader'),
}

export const configMap = (namespace: string, name: string): KubeRef => ref('v1', 'ConfigMap', namespace, name)
export const namespaceNamed = (name: string): KubeRef => ({ apiVersion: 'v1', kind: 'Namespace', name })

/** Waits until the object exists and is as `wanted` says. */
export const untilObject = <T extends KubeObject>(
  kube: KubeClient,
  object: KubeRef,
  what: string,
  wanted: (found: T) => boolean = () => true,
  limitMs?: number,
): Promise<T> =>
  eventually(
    `${describeRef(object)}: ${what}`,
    async () => {
      const found = await kube.find<T>(object)
      return { done: found !== null && wanted(found) && found, seen: found }
    },
    limitMs,
  )

export const untilMissing = (kube: KubeClient, object: KubeRef): Promise<boolean> =>
  eventually(`${describeRef(object)} is gone`, async () => {
    const found = await kube.find(object)
    return { done: found === null, seen: found }
  })

/** resourceVersion of each, to tell later whether anybody touched them. */
export async function versionsOf(kube: KubeClient, objects: readonly KubeRef[]): Promise<Record<string, string>> {
  const found = await Promise.all(objects.map((one) => kube.get(one)))
  return Object.fromEntries(
    found.map((one, index) => [
      describeRef(objects[index] ?? { ...one, ...one.metadata }),
      one.metadata.resourceVersion ?? '',
    ]),
  )
}

export const isReady = ({ status }: Node): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false
export const nodesOf = async (kube: KubeClient): Promise<Node[]> =>
  (await kube.list<Node>({ apiVersion: 'v1', kind: 'Node' })).items
export const podsOf = async (kube: KubeClient, namespace?: string): Promise<Pod[]> =>
  (await kube.list<Pod>({ apiVersion: 'v1', kind: 'Pod', ...(namespace ? { namespace } : {}) })).items
