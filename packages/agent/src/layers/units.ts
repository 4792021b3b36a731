import { keyOf, refOf } from '@atrium/kube/object.ts'
import type { DeclaredObject, UnitRecord } from './records.ts'

/** What a step may leave behind besides what its unit declares. */
export type Traces = Required<Pick<UnitRecord, 'leftovers' | 'hooks'>>
export const noTraces: Traces = { leftovers: [], hooks: [] }

const objectKey = (one: DeclaredObject): string => keyOf(refOf(one.object))

/** Every object once, by its identity; the first of several wins. */
export function keyed(list: readonly DeclaredObject[]): Map<string, DeclaredObject> {
  const found = new Map<string, DeclaredObject>()
  for (const one of list) if (!found.has(objectKey(one))) found.set(objectKey(one), one)
  return found
}

/** Every object of the lists once; what an earlier list says of it wins. */
export const united = (...lists: (readonly DeclaredObject[] | undefined)[]): DeclaredObject[] => [
  ...keyed(lists.flatMap((list) => list ?? [])).values(),
]

/** The objects of `list` that are not among `others`. */
export function without(list: readonly DeclaredObject[], others: readonly DeclaredObject[]): DeclaredObject[] {
  const taken = new Set(others.map(objectKey))
  return list.filter((one) => !taken.has(objectKey(one)))
}

/** Everything a unit answers for: what it declares, and what it may have made besides. */
export const heldObjects = (unit: UnitRecord): DeclaredObject[] => united(unit.objects, unit.leftovers)

/**
 * A unit just before its step runs. `traces` is everything the step may make or has begun to make: whatever cuts it off,
 * and whatever is wanted next, it is found again. Pure.
 */
export function begunUnit(
  fresh: Pick<UnitRecord, 'id' | 'release'>,
  before: UnitRecord | undefined,
  traces: Traces,
): UnitRecord {
  if (before && !before.incomplete) return withTraces(before, traces)
  return withTraces({ ...fresh, objects: [], incomplete: true }, before && heldTraces(before), traces)
}

/** What a unit answers for besides what it declares, when nothing of it is in place. */
const heldTraces = (unit: UnitRecord): Traces => ({ leftovers: heldObjects(unit), hooks: unit.hooks ?? [] })

/** The unit, answering for these too. Pure. */
export const withTraces = (unit: UnitRecord, ...traces: (Traces | undefined)[]): UnitRecord => ({
  ...unit,
  leftovers: without(united(unit.leftovers, ...traces.map((one) => one?.leftovers)), unit.objects),
  hooks: united(unit.hooks, ...traces.map((one) => one?.hooks)),
})

/** A unit just after its step: what the result no longer declares is left over until it is pruned. Pure. */
export const finishedUnit = (begun: UnitRecord, result: UnitRecord): UnitRecord => withTraces(result, heldTraces(begun))
