import type { ClusterState, ClusterStatus, HealthState } from './kinds/cluster.ts'

interface Observed {
  meta: { deletedAt: string | null }
  status: Pick<ClusterStatus, 'state' | 'health'>
}

/** The state to show: `Deleting` from the moment deletion was asked for, whatever the controller last wrote. */
export function clusterStateOf(cluster: Observed): ClusterState {
  if (cluster.meta.deletedAt !== null) return 'Deleting'
  return cluster.status.state ?? 'Pending'
}

/** The health to show: `Healthy` only while the cluster runs and is not being deleted. */
export function clusterHealthOf(cluster: Observed): { state: HealthState; message: string } {
  if (cluster.meta.deletedAt !== null) return { state: 'Unknown', message: 'The cluster is being deleted.' }
  return cluster.status.health ?? { state: 'Unknown', message: 'Nothing was reported yet.' }
}
