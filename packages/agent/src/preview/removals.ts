import type { ObjectChange } from '@atrium/api/link/preview.ts'
import { isNamespace } from '@atrium/kube/inventory.ts'
import { type KubeObject, keyOf, refOf } from '@atrium/kube/object.ts'
import { NAMESPACES_UNIT, whyNamespaceStays } from '../layers/namespaces.ts'
import { keptLine, whyStays } from '../layers/prune.ts'
import type { DeclaredObject, UnitRecord } from '../layers/records.ts'
import { type ComparisonDeps, changeOf } from './object-change.ts'

/** What everything that is wanted afterwards has. */
export interface Wanted {
  keys: ReadonlySet<string>
  namespaces: ReadonlySet<string>
}

export const wantedOf = (objects: readonly DeclaredObject[]): Wanted => ({
  keys: new Set(objects.map(({ object }) => keyOf(refOf(object)))),
  namespaces: new Set(
    objects.flatMap(({ object }) => (isNamespace(refOf(object)) ? [] : (object.metadata.namespace ?? []))),
  ),
})

/** What these units have and nothing wants afterwards: it goes, last first, or stays and is told why. */
export async function removed(
  deps: ComparisonDeps,
  units: readonly UnitRecord[],
  wanted: Wanted,
  going: ReadonlySet<string>,
): Promise<ObjectChange[]> {
  const changes: ObjectChange[] = []
  for (const unit of [...units].reverse())
    for (const declared of unit.objects.toReversed()) {
      if (wanted.keys.has(keyOf(refOf(declared.object)))) continue
      deps.signal.throwIfAborted()
      deps.room.compare()
      const live = await deps.client.find(refOf(declared.object), deps.signal)
      if (!live || live.metadata.deletionTimestamp) continue
      const why = await whyKept(deps, unit, declared, live, wanted, going)
      if (why === null) changes.push(changeOf(declared, 'removed', 'nothing that is wanted declares it any more'))
      else if (why !== '') changes.push(changeOf(declared, 'kept', why))
    }
  return changes
}

/** Helm keeps what is marked so, and nothing else; empty where staying goes without saying. */
async function whyKept(
  { client }: ComparisonDeps,
  unit: UnitRecord,
  declared: DeclaredObject,
  live: KubeObject,
  wanted: Wanted,
  going: ReadonlySet<string>,
): Promise<string | null> {
  if (unit.id === NAMESPACES_UNIT) return whyNamespaceStays(client, live, wanted.namespaces, going)
  if (unit.release) return declared.keep ? keptLine(declared) : null
  return whyStays(client, declared, going)
}
