import type { BriefObject, Tx } from '@atrium/runtime/store/store.ts'

export type FoundClusters = ReadonlyMap<string, BriefObject<'Cluster'>>

/** Those of the clusters that the caller sees, by uid. */
export async function readBrief(tx: Tx, uids: readonly string[]): Promise<FoundClusters> {
  const { items } = await tx.listBrief('Cluster', { where: { uid: [...new Set(uids)] } })
  return new Map(items.map((cluster) => [cluster.meta.uid, cluster]))
}

/** Clusters with their names; those the caller does not see have none. */
export const clusterRefs = (
  uids: readonly string[],
  found: FoundClusters,
): { clusterUid: string; clusterName: string }[] =>
  uids.map((uid) => ({ clusterUid: uid, clusterName: found.get(uid)?.meta.name ?? '' }))
