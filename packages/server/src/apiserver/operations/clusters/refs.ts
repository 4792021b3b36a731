import type { Tx } from '@atrium/runtime/store/store.ts'

/** Clusters with their names; those the caller does not see have none. */
export const clusterRefs = (tx: Tx, uids: readonly string[]): Promise<{ clusterUid: string; clusterName: string }[]> =>
  Promise.all(
    uids.map(async (uid) => ({ clusterUid: uid, clusterName: (await tx.get('Cluster', uid))?.meta.name ?? '' })),
  )
