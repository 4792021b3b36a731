import { clusterStateOf } from '@atrium/api/cluster-state.ts'
import type { BriefObject, ListQuery, StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import type { SearchRow } from './search.ts'

/** Specs are up to 8 MiB each: so many are read at a time. */
const specsAtOnce = 50
const briefsAtOnce = 1000

/** Every cluster of the scope as a search sees it; profiles only when they are asked for. */
export async function searchRows(
  tx: Tx,
  scope: Pick<ListQuery, 'project'>,
  withProfiles: boolean,
): Promise<SearchRow[]> {
  const rows: SearchRow[] = []
  for (let token: string | undefined, more = true; more; more = token !== undefined) {
    const query = { ...scope, limit: withProfiles ? specsAtOnce : briefsAtOnce, ...(token && { continue: token }) }
    const page = withProfiles ? await tx.list('Cluster', query) : await tx.listBrief('Cluster', query)
    rows.push(...page.items.map(rowOf))
    token = page.continue
  }
  return rows
}

function rowOf(cluster: StoredObject<'Cluster'> | BriefObject<'Cluster'>): SearchRow {
  const { uid, name, project, labels, createdAt, modifiedAt } = cluster.meta
  const { cloudType, cloudAccountUid } = 'spec' in cluster ? cluster.spec : cluster.columns
  return {
    ...{ uid, name, project, labels, createdAt, modifiedAt },
    cloudType: cloudType ?? '',
    cloudAccountUid: cloudAccountUid ?? '',
    state: clusterStateOf(cluster),
    health: cluster.status.health?.state ?? 'Unknown',
    kubernetesVersion: cluster.status.kubernetesVersion ?? '',
    profiles:
      'spec' in cluster ? cluster.spec.profiles.map((profile) => ({ uid: profile.uid, name: profile.name })) : [],
  }
}

/** `view` of each of these clusters, in their order; only so many specs are held at once. */
export async function viewEach<T>(
  tx: Tx,
  uids: readonly string[],
  view: (cluster: StoredObject<'Cluster'>) => T,
): Promise<T[]> {
  const views = new Map<string, T>()
  for (let start = 0; start < uids.length; start += specsAtOnce) {
    const { items } = await tx.list('Cluster', { where: { uid: uids.slice(start, start + specsAtOnce) } })
    for (const cluster of items) views.set(cluster.meta.uid, view(cluster))
  }
  return uids.flatMap((uid) => views.get(uid) ?? [])
}
