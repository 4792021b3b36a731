import { clusterStateOf } from '@atrium/api/cluster-state.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import type { Print } from '../../operation.ts'
import { tagsOf } from '../../shapes/meta.ts'
import { printRow } from './printed-row.ts'
import type { SearchRow } from './search.ts'

export function rowOf(cluster: StoredObject<'Cluster'>, print: Print): SearchRow {
  const { uid, name, project, labels, createdAt, modifiedAt } = cluster.meta
  return {
    ...{ uid, name, project, labels, createdAt, modifiedAt },
    tags: tagsOf(labels),
    cloudType: cluster.spec.cloudType,
    cloudAccountUid: cluster.spec.cloudAccountUid,
    state: clusterStateOf(cluster),
    health: cluster.status.health?.state ?? 'Unknown',
    kubernetesVersion: cluster.status.kubernetesVersion ?? '',
    profiles: cluster.spec.profiles.map((profile) => ({ uid: profile.uid, name: profile.name })),
    printed: printRow(cluster, print),
  }
}
