import type { KindName, SpecOf } from '@atrium/api/kinds/index.ts'
import type { ObjectRef } from '@atrium/api/kinds/meta.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'

/** Kinds that say what is to be in others, and which. */
const targets: { [K in KindName]?: (spec: SpecOf<K>) => ObjectRef[] } = {
  Workspace: ({ clusterUids }) => clusterUids.map((uid) => ({ kind: 'Cluster', uid })),
}

/** What a changed object is about is looked at again, also what it was about before; who changes it need not see those. */
export async function wakeTargets<K extends KindName>(tx: Tx, kind: K, ...specs: SpecOf<K>[]): Promise<void> {
  const found = specs.flatMap((spec) => targets[kind]?.(spec) ?? [])
  for (const uid of new Set(found.map((target) => target.uid))) await tx.enqueue('Cluster', uid)
}
