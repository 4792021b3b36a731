import type { KindName, SpecOf } from '@atrium/api/kinds/index.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'

/** Kinds that say what is to be in clusters, and in which. */
const clustersOf: { [K in KindName]?: (spec: SpecOf<K>) => readonly string[] } = {
  Workspace: ({ clusterUids }) => clusterUids,
}

/** Clusters that a changed object is about are looked at again, also those before; who changes it need not see them. */
export async function wakeClusters<K extends KindName>(tx: Tx, kind: K, ...specs: SpecOf<K>[]): Promise<void> {
  const found = specs.flatMap((spec) => clustersOf[kind]?.(spec) ?? [])
  for (const uid of new Set(found)) await tx.enqueue('Cluster', uid)
}
