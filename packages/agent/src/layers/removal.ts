import type { KubeClient } from '@atrium/kube/client.ts'
import { isNamespace } from '@atrium/kube/inventory.ts'
import { refOf } from '@atrium/kube/object.ts'
import { tracesOf } from './chart-unit.ts'
import type { Helm, ReleaseName } from './helm.ts'
import { NAMESPACES_UNIT, releaseNamespaces } from './namespaces.ts'
import { keptLine, pruneLeftovers, pruneObjects, type Remaining } from './prune.ts'
import {
  type DeclaredObject,
  type LayerRecord,
  objectsOf,
  type RecordStore,
  type UnitRecord,
  withoutUnit,
  withUnit,
} from './records.ts'
import { listRevisions } from './releases.ts'
import { heldObjects, without, withTraces } from './units.ts'

export interface RemovalDeps {
  client: KubeClient
  helm: Helm
  records: RecordStore
}

/** Removes one unit of a layer and everything it answers for that nothing else does. Answers what stays. */
export async function dropUnit(
  deps: RemovalDeps,
  record: LayerRecord,
  unit: UnitRecord,
  signal: AbortSignal,
): Promise<Remaining> {
  const remaining =
    unit.id === NAMESPACES_UNIT
      ? await releaseNamespaces(deps.client, heldObjects(unit), usedNamespaces(deps.records, record))
      : unit.release
        ? await dropRelease(deps, record, unit, unit.release, signal)
        : [
            ...(await pruneLeftovers(deps.client, unclaimed(deps.records, record, unit, unit.leftovers))),
            ...(await pruneObjects(deps.client, unclaimed(deps.records, record, unit, unit.objects))),
          ]
  const now = deps.records.get(record.id)
  if (now) await deps.records.save(withoutUnit(now, unit.id))
  return remaining
}

/** Once a layer is in place: removes what its staying units made before and no longer declare. */
export async function pruneUnit(deps: RemovalDeps, record: LayerRecord, unit: UnitRecord): Promise<Remaining> {
  if (!unit.leftovers?.length) return []
  const { client, records } = deps
  const stale = without(unit.leftovers, objectsOf(record))
  const remaining =
    unit.id === NAMESPACES_UNIT
      ? await releaseNamespaces(client, stale, usedNamespaces(records, record))
      : await pruneLeftovers(client, without(stale, records.heldByOthers(record.id)))
  await records.save(withUnit(record, { ...unit, leftovers: [] }))
  return remaining
}

/**
 * Helm removes the objects of the newest revision and nothing else. What earlier ones left and what hooks made is
 * remembered first: after the release nobody could tell.
 */
async function dropRelease(
  { client, helm, records }: RemovalDeps,
  record: LayerRecord,
  unit: UnitRecord,
  release: ReleaseName,
  signal: AbortSignal,
): Promise<Remaining> {
  if (records.holderOfRelease(release, record.id)) return []
  const revisions = await listRevisions(client, release)
  const isOurs = !unit.incomplete || revisions.some((revision) => revision.ours)
  const remembered = isOurs ? withTraces(unit, await tracesOf(client, release)) : unit
  await records.save(withUnit(record, remembered))
  if (isOurs) await helm.uninstall(release, signal)
  const kept = unit.objects.filter((one) => one.keep)
  return [
    ...kept.map(keptLine),
    ...(await pruneLeftovers(client, unclaimed(records, record, unit, remembered.leftovers))),
    ...(await pruneHooks(client, unclaimed(records, record, unit, remembered.hooks))),
  ]
}

/** A namespace may hold what others put there; whoever made it by a hook has to say that it may go. */
async function pruneHooks(client: KubeClient, hooks: readonly DeclaredObject[]): Promise<Remaining> {
  const present: DeclaredObject[] = []
  for (const hook of hooks) if (await client.find(refOf(hook.object))) present.push(hook)
  const namespaces = present.filter((one) => isNamespace(refOf(one.object)))
  const remaining = await pruneObjects(client, without(present, namespaces))
  return [
    ...remaining,
    ...namespaces.map(({ object }) => `namespace ${object.metadata.name} stays: a hook of the chart made it`),
  ]
}

/** What neither another layer nor another unit of this one answers for. */
function unclaimed(
  records: RecordStore,
  record: LayerRecord,
  unit: UnitRecord,
  objects: readonly DeclaredObject[] = [],
): DeclaredObject[] {
  const siblings = (records.get(record.id)?.units ?? []).filter((one) => one.id !== unit.id)
  return without(
    without(objects, records.heldByOthers(record.id)),
    siblings.flatMap((one) => one.objects),
  )
}

/** Namespaces that other layers have something in or declare, or that this one still has objects in. */
function usedNamespaces(records: RecordStore, record: LayerRecord): Set<string> {
  const own = (records.get(record.id)?.units ?? []).filter((unit) => unit.id !== NAMESPACES_UNIT)
  const used = [...records.heldByOthers(record.id), ...own.flatMap((unit) => unit.objects)]
  return new Set(
    used.map(({ object }) => (object.kind === 'Namespace' ? object.metadata.name : (object.metadata.namespace ?? ''))),
  )
}
