import type { KubeClient } from '@atrium/kube/client.ts'
import { isAlreadyExists, isNotFound } from '@atrium/kube/errors.ts'
import type { KubeResource } from '@atrium/kube/mapper.ts'
import { describeRef, type KubeObject, keyOf, refOf } from '@atrium/kube/object.ts'
import type { LayerPlan } from '@atrium/pack/format/layer.ts'
import { CREATED_BY, FIELD_MANAGER, namespaceManager } from '../names.ts'
import { type Remaining, releaseFields } from './prune.ts'
import type { DeclaredObject, UnitRecord } from './records.ts'

export const NAMESPACES_UNIT = 'namespaces'

/** What a layer says about namespaces. */
export type NamespacePlan = Pick<
  LayerPlan,
  'namespace' | 'additionalNamespaces' | 'namespaceLabels' | 'namespaceAnnotations'
>

/** Kubernetes makes these in every namespace, or keeps them on behalf of others. */
const furniture = new Set(['Event', 'Endpoints', 'EndpointSlice', 'PodMetrics', 'Lease'])
const isFurniture = (object: KubeObject): boolean =>
  furniture.has(object.kind) ||
  (object.kind === 'ConfigMap' && object.metadata.name === 'kube-root-ca.crt') ||
  (object.kind === 'ServiceAccount' && object.metadata.name === 'default')

/** Namespaces of the plan, each once, the main one first. */
const namesOf = (plan: NamespacePlan): string[] => [
  ...new Set([
    plan.namespace,
    ...plan.additionalNamespaces,
    ...Object.keys(plan.namespaceLabels),
    ...Object.keys(plan.namespaceAnnotations),
  ]),
]

/** Makes the namespaces of a layer and sets their labels; remembers on the object that we made it. */
export async function applyNamespaces(client: KubeClient, plan: NamespacePlan, layerId: string): Promise<UnitRecord> {
  const objects: DeclaredObject[] = []
  for (const name of namesOf(plan)) {
    const isOurs = await ensure(client, name)
    const object = declaration(plan, name, isOurs)
    const manager = namespaceManager(layerId)
    await client.apply(object, { fieldManager: manager, force: true })
    objects.push({ object, manager, keep: false, adopted: !isOurs })
  }
  return { id: NAMESPACES_UNIT, objects }
}

/** The namespaces as `applyNamespaces` would declare them; changes nothing. */
export async function wantedNamespaces(
  client: KubeClient,
  plan: NamespacePlan,
  layerId: string,
): Promise<DeclaredObject[]> {
  const objects: DeclaredObject[] = []
  for (const name of namesOf(plan)) {
    const live = await client.find(namespaceRef(name))
    const isOurs = live === null || isMadeByUs(live)
    objects.push({
      object: declaration(plan, name, isOurs),
      manager: namespaceManager(layerId),
      keep: false,
      adopted: !isOurs,
    })
  }
  return objects
}

/** What the step is about to make or label, to be recorded before it does. */
export const attemptedNamespaces = (plan: NamespacePlan, layerId: string): DeclaredObject[] =>
  namesOf(plan).map((name) => ({
    object: declaration(plan, name, false),
    manager: namespaceManager(layerId),
    keep: false,
    adopted: true,
  }))

const isMadeByUs = ({ metadata }: KubeObject): boolean => metadata.annotations?.[CREATED_BY] === FIELD_MANAGER

const namespaceRef = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', name })

function declaration(plan: NamespacePlan, name: string, isOurs: boolean): KubeObject {
  const annotations = { ...plan.namespaceAnnotations[name], ...(isOurs ? { [CREATED_BY]: FIELD_MANAGER } : {}) }
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { ...plan.namespaceLabels[name] }, annotations },
  }
}

/** True when the agent made it, now or before. */
async function ensure(client: KubeClient, name: string): Promise<boolean> {
  const live = await client.find(namespaceRef(name))
  if (live?.metadata.deletionTimestamp) throw new Error(`namespace ${name} is being deleted; waits until it is gone`)
  if (live) return isMadeByUs(live)
  try {
    await client.create(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations: { [CREATED_BY]: FIELD_MANAGER } } },
      { fieldManager: FIELD_MANAGER },
    )
    return true
  } catch (error) {
    if (isAlreadyExists(error)) return ensure(client, name)
    throw error
  }
}

/**
 * Lets go of a layer's namespaces: its labels go; a namespace the agent made goes too, once no other layer uses it and
 * nothing foreign is in it.
 */
export async function releaseNamespaces(
  client: KubeClient,
  objects: DeclaredObject[],
  usedByOthers: ReadonlySet<string>,
): Promise<Remaining> {
  const remaining: Remaining = []
  for (const { object, manager } of objects) {
    const live = await client.find(refOf(object))
    if (!live || live.metadata.deletionTimestamp) continue
    const why = await whyNamespaceStays(client, live, usedByOthers)
    if (why === null) {
      await client.delete(refOf(object), live.metadata.uid ? { uid: live.metadata.uid } : {})
      continue
    }
    await releaseFields(client, object, manager)
    if (why !== '') remaining.push(why)
  }
  return remaining
}

/**
 * Why a namespace stays when its layer lets go of it: empty when that goes without saying; null = it is deleted. `going`:
 * keys of objects in it that go before.
 */
export async function whyNamespaceStays(
  client: KubeClient,
  live: KubeObject,
  usedByOthers: ReadonlySet<string>,
  going: ReadonlySet<string> = new Set(),
): Promise<string | null> {
  const { name } = live.metadata
  if (!isMadeByUs(live) || usedByOthers.has(name)) return ''
  const foreign = await foreignObjects(client, name, going)
  return foreign.length === 0 ? null : `namespace ${name} stays: it holds ${foreign.slice(0, 5).join(', ')}`
}

/** What lives in a namespace on its own: neither being deleted, nor owned by something else, nor furniture. */
async function foreignObjects(client: KubeClient, namespace: string, going: ReadonlySet<string>): Promise<string[]> {
  const { resources } = await client.mapper.all()
  const listable = resources.filter((resource) => resource.namespaced && resource.verbs.includes('list'))
  const found: string[] = []
  for (const resource of listable) {
    const items = await listQuietly(client, resource, namespace)
    for (const item of items) {
      const independent = !item.metadata.deletionTimestamp && !item.metadata.ownerReferences?.length
      if (independent && !isFurniture(item) && !going.has(keyOf(refOf(item)))) found.push(describeRef(refOf(item)))
    }
  }
  return found
}

/** A resource that vanished, or that can only be created, holds nothing. */
async function listQuietly(client: KubeClient, resource: KubeResource, namespace: string): Promise<KubeObject[]> {
  try {
    return (await client.listPage({ ...resource, namespace, metadataOnly: true }, '', 50)).items
  } catch (error) {
    if (isNotFound(error)) return []
    throw error
  }
}
