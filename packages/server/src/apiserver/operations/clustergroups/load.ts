import type { ClusterGroupSpec } from '@atrium/api/kinds/cluster-group.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { invalid } from '../../invalid.ts'
import { lockOne } from '../../load.ts'

export type Group = StoredObject<'ClusterGroup'>

/** Every cluster that a group names must be there, and of its project; a group of the tenant takes those of every project. */
export async function checkClusters(tx: Tx, project: string | null, clusterUids: readonly string[]): Promise<void> {
  for (const [index, uid] of clusterUids.entries()) {
    const cluster = await tx.get('Cluster', uid)
    const isThere = cluster && cluster.meta.deletedAt === null && (project === null || cluster.meta.project === project)
    if (!isThere)
      throw invalid(`clusterRefs[${index}].clusterUid`, `there is no cluster '${uid}' that the group may hold`)
  }
}

/** What a group refers to, of the parts that are given: none of it can be deleted before it left. */
export async function keepGroupRefs(tx: Tx, uid: string, part: Partial<ClusterGroupSpec>): Promise<void> {
  const { clusterUids, profiles } = part
  await tx.setRefs(
    { kind: 'ClusterGroup', uid },
    {
      ...(clusterUids && { clusters: clusterUids.map((one) => ({ kind: 'Cluster', uid: one })) }),
      ...(profiles && { profiles: profiles.map((profile) => ({ kind: 'ClusterProfile', uid: profile.uid })) }),
    },
  )
}

/** Puts `part` in the place of what the group had. */
export async function changeGroup(tx: Tx, uid: string, part: Partial<ClusterGroupSpec>): Promise<void> {
  const { meta, spec } = await lockOne(tx, 'ClusterGroup', uid)
  if (part.clusterUids) await checkClusters(tx, meta.project, part.clusterUids)
  await tx.update('ClusterGroup', uid, { spec: { ...spec, ...part } })
  await keepGroupRefs(tx, uid, part)
}
