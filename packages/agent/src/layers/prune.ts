import type { KubeClient } from '@atrium/kube/client.ts'
import { inInstallOrder, isDefinition } from '@atrium/kube/inventory.ts'
import { describeRef, isRecord, type KubeObject, type KubeRef, keyOf, refOf } from '@atrium/kube/object.ts'
import { HELM_MANAGER } from '../names.ts'
import { isKept } from './declare.ts'
import type { DeclaredObject } from './records.ts'

/** What stays behind, and why: shown to people. */
export type Remaining = string[]

/** Deletes what we made, last first; gives back what was there before us; never takes what others put below it. */
export async function pruneObjects(client: KubeClient, objects: DeclaredObject[]): Promise<Remaining> {
  const remaining: Remaining = []
  const ordered = inInstallOrder(objects.map((one) => ({ kind: one.object.kind, declared: one }))).reverse()
  for (const { declared } of ordered) {
    const why = await whyStays(client, declared)
    if (why === null) await client.delete(refOf(declared.object))
    else if (declared.adopted && !declared.keep) await releaseFields(client, declared.object, declared.manager)
    if (why !== null) remaining.push(why)
  }
  return remaining
}

/** Why an object stays when its layer lets go of it; null = it is deleted. `going`: keys of objects that go before. */
export async function whyStays(
  client: KubeClient,
  declared: DeclaredObject,
  going: ReadonlySet<string> = new Set(),
): Promise<string | null> {
  const ref = refOf(declared.object)
  if (declared.keep) return keptLine(declared)
  if (declared.adopted) return `${describeRef(ref)} stays: it was there before the layer`
  if (isDefinition(ref) && (await hasInstances(client, ref, going)))
    return `${describeRef(ref)} stays: objects of its kind exist that are not part of the layer`
  return null
}

/** Why an object stays that is kept. */
export function keptLine({ object }: DeclaredObject): string {
  const why = isKept(object)
    ? 'helm.sh/resource-policy is keep'
    : "it came with a chart's crds/, which are never removed"
  return `${describeRef(refOf(object))} stays: ${why}`
}

/**
 * Deletes what a step that was cut off or replaced may have made. It may never have come to that, and somebody else may
 * have made an object of that name since: only what bears our mark goes.
 */
export async function pruneLeftovers(client: KubeClient, objects: readonly DeclaredObject[]): Promise<Remaining> {
  const ours: DeclaredObject[] = []
  for (const declared of objects) {
    const live = await client.find(refOf(declared.object))
    if (live && isOurs(live, declared)) ours.push(declared)
  }
  return pruneObjects(client, ours)
}

export const isAppliedBy = (live: KubeObject, manager: string): boolean =>
  (live.metadata.managedFields ?? []).some((entry) => entry.manager === manager && entry.operation === 'Apply')

const RELEASE_MARKS = ['meta.helm.sh/release-name', 'meta.helm.sh/release-namespace']

/**
 * Every release is applied by helm: only its name tells one from another. An object that is nothing but its name has no
 * managers at all; that it was not there when the step began has to do.
 */
const isOurs = (live: KubeObject, { object, manager, adopted }: DeclaredObject): boolean =>
  (isAppliedBy(live, manager) || (!adopted && !live.metadata.managedFields?.length)) &&
  (manager !== HELM_MANAGER ||
    RELEASE_MARKS.every((mark) => live.metadata.annotations?.[mark] === object.metadata.annotations?.[mark]))

/** Applying nothing as a manager removes exactly the fields that only it owned. */
export async function releaseFields(client: KubeClient, object: KubeObject, manager: string): Promise<void> {
  if (!(await client.find(refOf(object)))) return
  const { apiVersion, kind, metadata } = object
  const empty = { name: metadata.name, ...(metadata.namespace ? { namespace: metadata.namespace } : {}) }
  await client.apply({ apiVersion, kind, metadata: empty }, { fieldManager: manager, force: true })
}

async function hasInstances(client: KubeClient, definition: KubeRef, going: ReadonlySet<string>): Promise<boolean> {
  const live = await client.find(definition)
  const spec = live && isRecord(live.spec) ? live.spec : {}
  const names = isRecord(spec.names) ? spec.names : {}
  const versions = Array.isArray(spec.versions) ? spec.versions.filter(isRecord) : []
  const served = versions.find((version) => version.served === true)
  if (!live || !served) return false
  const type = { apiVersion: `${String(spec.group)}/${String(served.name)}`, kind: String(names.kind) }
  const { items } = await client.listPage({ ...type, metadataOnly: true }, '', 50)
  return items.some((item) => !item.metadata.deletionTimestamp && !going.has(keyOf(refOf(item))))
}
