import type { KubeClient } from '@atrium/kube/client.ts'
import { describeRef, type KubeObject, keyOf, refOf } from '@atrium/kube/object.ts'
import type { LayerGate } from './gate.ts'
import type { ReleaseName } from './helm.ts'
import { NAMESPACES_UNIT } from './namespaces.ts'
import {
  chartUnitId,
  type DeclaredObject,
  describeLayer,
  type Holder,
  type LayerRecord,
  type RecordStore,
  type UnitRecord,
  withoutUnit,
  withUnit,
} from './records.ts'
import { listRevisions } from './releases.ts'
import { united } from './units.ts'

export interface ClaimDeps {
  client: KubeClient
  records: RecordStore
  gate: LayerGate
  /** Whether the newest desired state has this layer. */
  isWanted(layerId: string): boolean
}

/** Somebody else has what a layer declares. */
export class ClaimError extends Error {
  override readonly name = 'ClaimError'
}

/** Mark of a record that lost something: should its layer be wanted again, it is installed again. */
export const GIVEN_AWAY = 'given away'

export const describeRelease = ({ name, namespace }: ReleaseName): string => `release ${name} in namespace ${namespace}`

/**
 * Makes a release this layer's before it is touched. What a layer leaves that is no longer wanted is taken over as it is,
 * so that a profile of another name goes on with it; what a wanted layer has, or somebody outside, is refused. Answers
 * whether an operation that was cut off is our own.
 */
export async function claimRelease(deps: ClaimDeps, layerId: string, release: ReleaseName): Promise<boolean> {
  const holder = await releaseHolder(deps, layerId, release)
  if (!holder) return false
  const begunByUs = holder.record.attempted !== null || holder.unit.incomplete === true
  await takeOver(deps, layerId, holder, (unit) => [unit, null])
  return begunByUs
}

/** The layer that is no longer wanted and has this release; throws when it cannot be had. Changes nothing. */
export async function releaseHolder(
  deps: Omit<ClaimDeps, 'gate'>,
  layerId: string,
  release: ReleaseName,
): Promise<Holder | null> {
  const holder = deps.records.holderOfRelease(release, layerId)
  if (holder) {
    refuseWanted(deps, holder.record, describeRelease(release))
    return holder
  }
  const own = deps.records.get(layerId)?.units.find((unit) => unit.id === chartUnitId(release))
  if (own && !own.incomplete) return null
  const revisions = await listRevisions(deps.client, release)
  if (revisions.length === 0 || revisions.some((revision) => revision.ours)) return null
  const { name, namespace } = release
  throw new ClaimError(
    `${describeRelease(release)} exists and is not ours: remove it (helm uninstall ${name} -n ${namespace}), or give the layer another name or namespace (pack.releaseNameOverride, pack.namespace)`,
  )
}

/** The same for objects that a manifest declares. `unitId` is the part of this layer they become part of. */
export async function claimObjects(
  deps: ClaimDeps,
  layerId: string,
  unitId: string,
  objects: readonly KubeObject[],
): Promise<void> {
  for (const { holder, keys } of objectHolders(deps, layerId, objects))
    await takeOver(deps, layerId, holder, (unit) => [
      { ...part(unit, keys, true), id: unitId },
      part(unit, keys, false),
    ])
}

/** The layers that are no longer wanted and have some of these objects; throws when one cannot be had. Changes nothing. */
export function objectHolders(
  deps: Pick<ClaimDeps, 'records' | 'isWanted'>,
  layerId: string,
  objects: readonly KubeObject[],
): { holder: Holder; keys: ReadonlySet<string> }[] {
  const taken = new Map<string, { holder: Holder; keys: Set<string> }>()
  for (const object of objects)
    for (const holder of deps.records.holdersOf(object, layerId)) {
      refuseWanted(deps, holder.record, describeRef(refOf(object)))
      if (holder.unit.id === NAMESPACES_UNIT) continue
      refuseReleased(holder, object)
      const id = `${holder.record.id} ${holder.unit.id}`
      const entry = taken.get(id) ?? { holder, keys: new Set() }
      taken.set(id, entry)
      entry.keys.add(keyOf(refOf(object)))
    }
  return [...taken.values()]
}

function refuseWanted(deps: Pick<ClaimDeps, 'isWanted'>, holder: LayerRecord, what: string): void {
  if (deps.isWanted(holder.id)) throw new ClaimError(`${what} is already declared by layer ${describeLayer(holder)}`)
}

/** Helm gives nothing away: its object can only be made anew once the release is gone. */
function refuseReleased({ record, unit }: Holder, object: KubeObject): void {
  if (!unit.release) return
  throw new ClaimError(
    `${describeRef(refOf(object))} still belongs to ${describeRelease(unit.release)} of layer ${describeLayer(record)}, which is being removed: goes on once that is done`,
  )
}

/** A manifest's unit with these objects alone, or without them. */
function part(unit: UnitRecord, keys: ReadonlySet<string>, inside: boolean): UnitRecord {
  const pick = (list: readonly DeclaredObject[] = []): DeclaredObject[] =>
    list.filter((one) => keys.has(keyOf(refOf(one.object))) === inside)
  return { ...unit, objects: pick(unit.objects), leftovers: pick(unit.leftovers) }
}

/**
 * Moves (a part of) a unit into this layer's record. Written here first and taken off there second: whatever is cut off
 * in between, both hold it, and what two hold nobody removes. Waits until repairs of the other layer have ended.
 */
async function takeOver(
  { records, gate }: ClaimDeps,
  layerId: string,
  { record, unit }: Holder,
  split: (unit: UnitRecord) => [ours: UnitRecord, theirs: UnitRecord | null],
): Promise<void> {
  await gate.exclusive(record.id, async () => {
    const [theirs, mine] = [records.get(record.id), records.get(layerId)]
    const now = theirs?.units.find((one) => one.id === unit.id)
    if (!theirs || !mine || !now) return
    const [moved, left] = split(now)
    await records.save(
      withUnit(
        mine,
        joined(
          mine.units.find((one) => one.id === moved.id),
          moved,
        ),
      ),
    )
    await records.save({ ...(left ? withUnit(theirs, left) : withoutUnit(theirs, unit.id)), attempted: GIVEN_AWAY })
  })
}

/** What is in place counts as in place; what was only begun stays to be looked for. */
function joined(mine: UnitRecord | undefined, moved: UnitRecord): UnitRecord {
  if (!mine) return moved
  const [first, second] = mine.incomplete ? [moved, mine] : [mine, moved]
  const inPlace = [first, second].filter((one) => !one.incomplete).map((one) => one.objects)
  const begun = [first, second].filter((one) => one.incomplete).map((one) => one.objects)
  return {
    ...first,
    objects: united(...inPlace),
    leftovers: united(...begun, first.leftovers, second.leftovers),
    hooks: united(first.hooks, second.hooks),
  }
}
