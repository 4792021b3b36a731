import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { notFound } from '../../../admission/authorize.ts'

export async function getCluster(tx: Tx, uid: string): Promise<StoredObject<'Cluster'>> {
  const cluster = await tx.get('Cluster', uid)
  if (!cluster) throw notFound('Cluster', uid)
  return cluster
}
