import type { v1SpectroClusterProfileEntity } from '@atrium/api/generated/operations.d.ts'
import type { AttachedProfile, ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import type { ObjectRef } from '@atrium/api/kinds/meta.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { attachProfile } from './profiles.ts'

/** The cluster, or `ResourceNotFound`. */
export async function getCluster(tx: Tx, uid: string): Promise<StoredObject<'Cluster'>> {
  const cluster = await tx.get('Cluster', uid)
  if (cluster) return cluster
  throw new AtriumError(
    'ResourceNotFound',
    `Cluster '${uid}' is not found. Check the uid, and the project it belongs to.`,
  )
}

/** The cluster held until the transaction ends; one that is being deleted takes no changes. */
export async function lockCluster(tx: Tx, uid: string): Promise<StoredObject<'Cluster'>> {
  const cluster = await tx.getForUpdate('Cluster', uid)
  if (!cluster) throw new AtriumError('ResourceNotFound', `Cluster '${uid}' is not found.`)
  if (cluster.meta.deletedAt === null) return cluster
  throw new AtriumError('InvalidState', `Cluster '${cluster.meta.name}' is being deleted and takes no more changes.`)
}

/** Writes a changed spec together with the references it holds. */
export async function saveCluster(tx: Tx, cluster: StoredObject<'Cluster'>, spec: ClusterSpec): Promise<void> {
  await tx.update('Cluster', cluster.meta.uid, { spec })
  await tx.setRefs({ kind: 'Cluster', uid: cluster.meta.uid }, clusterRefs(spec))
}

/** What a cluster refers to: none of it can be deleted before the cluster. */
export const clusterRefs = (spec: ClusterSpec): Record<string, ObjectRef[]> => ({
  cloudAccountUid: [{ kind: 'CloudAccount', uid: spec.cloudAccountUid }],
  profiles: spec.profiles.map(({ uid }) => ({ kind: 'ClusterProfile', uid })),
})

/** Reads the profiles a request names and makes the cluster's copies of them. */
export async function loadProfiles(
  tx: Tx,
  cloudType: string,
  inputs: readonly v1SpectroClusterProfileEntity[],
  path: string,
): Promise<AttachedProfile[]> {
  const attached: AttachedProfile[] = []
  for (const [index, input] of inputs.entries()) {
    const place = `${path}[${index}]`
    const profile = input.uid ? await tx.get('ClusterProfile', input.uid) : null
    if (!profile) {
      throw new AtriumError('InvalidRequest', `${place}.uid: cluster profile '${input.uid ?? ''}' is not found.`, {
        details: { field: `${place}.uid` },
      })
    }
    if (profile.spec.cloudType !== 'all' && profile.spec.cloudType !== cloudType) {
      throw new AtriumError(
        'InvalidRequest',
        `${place}.uid: profile '${profile.meta.name}' is for cloud '${profile.spec.cloudType}', the cluster is on '${cloudType}'.`,
        { details: { field: `${place}.uid` } },
      )
    }
    attached.push(attachProfile(profile, input, place))
  }
  return attached
}
