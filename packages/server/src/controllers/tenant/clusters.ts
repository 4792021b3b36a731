import { clusterStateOf } from '@atrium/api/cluster-state.ts'
import { clusterConditions } from '@atrium/api/conditions.ts'
import type { ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import { findCondition } from '@atrium/runtime/controller/conditions.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import type { TenantDeletion } from '../../store/system-store.ts'
import { type Scope, tenantActor } from './deps.ts'

/** Clusters in one transaction. */
const page = 100
const tellAtMost = 10

export interface ClustersLeft {
  count: number
  untold: number
  told: TenantDeletion['remaining']
}

/** Names and states, and nothing of what the clusters are. */
export const clustersLeft = ({ deps, request }: Scope): Promise<ClustersLeft> =>
  deps.store.transaction(request.tenant, tenantActor, async (tx) => {
    const { items, count } = await tx.listBrief('Cluster', { limit: page })
    const told = items.slice(0, tellAtMost).map((cluster) => ({
      name: cluster.meta.name,
      state: clusterStateOf(cluster),
      reason: findCondition(cluster.conditions, clusterConditions.deleting)?.reason ?? '',
    }))
    return { count, untold: items.filter(({ meta }) => meta.deletedAt === null).length, told }
  })

/** Tells every cluster what becomes of it. Can be broken off and repeated. */
export async function askClusters(scope: Scope): Promise<void> {
  const { deps, request } = scope
  let after: string | undefined
  do {
    request.signal.throwIfAborted()
    after = await deps.store.transaction(
      request.tenant,
      tenantActor,
      async (tx) => {
        const found = await tx.list('Cluster', { limit: page, ...(after !== undefined && { continue: after }) })
        for (const cluster of found.items) await letGo(tx, cluster, scope.deletion)
        return found.continue
      },
      request.claim,
    )
  } while (after !== undefined)
}

async function letGo(tx: Tx, cluster: StoredObject<'Cluster'>, choice: TenantDeletion): Promise<void> {
  const ref = { kind: 'Cluster', uid: cluster.meta.uid }
  // Workspaces and groups go as well: that they name it keeps it no longer.
  for (const { from, field } of await tx.referrers(ref)) await tx.setRefs(from, { [field]: [] })
  await tx.delete('Cluster', cluster.meta.uid, (spec) => asChosen(spec, choice))
}

function asChosen(spec: ClusterSpec, { clusters, force }: TenantDeletion): ClusterSpec {
  const { letGo: _former, ...rest } = spec
  return { ...rest, ...(force && { forceDelete: true }), ...(clusters === 'unlink' && { letGo: true }) }
}
