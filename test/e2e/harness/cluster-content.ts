import type { KubeClient } from '@atrium/kube/client.ts'
import { isNotFound, KindNotServedError } from '@atrium/kube/errors.ts'
import { describeRef, type KubeObject, refOf } from '@atrium/kube/object.ts'

/** Objects by their description. */
export type ClusterContent = ReadonlyMap<string, KubeObject>

/** What is told, renewed and measured, and what the control plane derives from Services. */
const FLEETING = new Set(['Event', 'Lease', 'Endpoints', 'EndpointSlice', 'PodMetrics', 'NodeMetrics'])
/** Marks APIServices that follow from definitions. */
const DERIVED = 'kube-aggregator.kubernetes.io/automanaged'
const CLAIM = 'PersistentVolumeClaim'
/** Records of the agent. */
const AGENT_NAMESPACE = 'atrium-system'

/** Every object of a cluster, but those that come and go by themselves. */
export async function clusterContent(kube: KubeClient): Promise<ClusterContent> {
  const { resources } = await kube.mapper.all()
  const kinds = resources.filter(({ kind, verbs }) => verbs.includes('list') && !FLEETING.has(kind))
  const objects = (await Promise.all(kinds.map((type) => listed(kube, type)))).flat()
  const lasting = objects.filter(
    ({ metadata }) => metadata.namespace !== AGENT_NAMESPACE && metadata.labels?.[DERIVED] === undefined,
  )
  return new Map(lasting.map((object) => [describe(object), object]))
}

async function listed(kube: KubeClient, type: { apiVersion: string; kind: string }): Promise<KubeObject[]> {
  const { apiVersion, kind } = type
  try {
    const { items } = await kube.list({ apiVersion, kind, metadataOnly: true })
    return items.map((item) => ({ ...item, apiVersion, kind }))
  } catch (error) {
    // Its definition has just gone.
    if (isNotFound(error) || error instanceof KindNotServedError) return []
    throw error
  }
}

export const describe = (object: KubeObject): string => describeRef(refOf(object))

/** What is there now and was not before, nor was the controller that makes its like. */
export const addedTo = (before: ClusterContent, now: ClusterContent): KubeObject[] =>
  [...now].flatMap(([key, object]) => {
    const { namespace = '', ownerReferences = [] } = object.metadata
    const owners = ownerReferences.map(({ apiVersion, kind, name }) =>
      describeRef({ apiVersion, kind, namespace, name }),
    )
    return [key, ...owners].some((one) => before.has(one)) ? [] : [object]
  })

/** What Kubernetes puts into each namespace. */
export const isStandard = ({ kind, metadata: { name } }: KubeObject): boolean =>
  (kind === 'ServiceAccount' && name === 'default') || (kind === 'ConfigMap' && name === 'kube-root-ca.crt')

/** Objects that neither an event says to stay, nor one of the namespaces holds that do, nor a claim in them. */
export function untold(objects: readonly KubeObject[], events: readonly string[]): KubeObject[] {
  const namespaces = new Set(events.flatMap((event) => /^namespace (\S+) stays: /.exec(event)?.[1] ?? []))
  const claims = new Set(objects.flatMap(({ kind, metadata }) => (kind === CLAIM ? [`pvc-${metadata.uid}`] : [])))
  return objects.filter((object) => {
    const { kind, metadata } = object
    if (events.some((event) => event.startsWith(`${describe(object)} stays: `))) return false
    const isIn = kind === 'Namespace' ? metadata.name : (metadata.namespace ?? '')
    return !namespaces.has(isIn) && !(kind === 'PersistentVolume' && claims.has(metadata.name))
  })
}
