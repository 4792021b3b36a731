import type { BriefObject, Tx } from '@atrium/runtime/store/store.ts'

type Found = ReadonlyMap<string, BriefObject<'Cluster'>>

/** Those of the clusters that the caller sees, by uid. */
export async function readBrief(tx: Tx, uids: readonly string[]): Promise<Found> {
  const { items } = await tx.listBrief('Cluster', { where: { uid: [...new Set(uids)] } })
  return new Map(items.map((cluster) => [cluster.meta.uid, cluster]))
}

/** Clusters with their names; those the caller does not see have none. */
export const clusterRefs = (uids: readonly string[], found: Found): { clusterUid: string; clusterName: string }[] =>
  uids.map((uid) => ({ clusterUid: uid, clusterName: found.get(uid)?.meta.name ?? '' }))
