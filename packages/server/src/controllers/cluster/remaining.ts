import type { ClusterStatus } from '@atrium/api/kinds/cluster.ts'
import { agentNames } from './agent-manifest.ts'
import type { Scope } from './scope.ts'

export type Remaining = NonNullable<ClusterStatus['remaining']>

const tellAtMost = 10

/** What the agent of an imported cluster is there, by the names that `kubectl delete` takes. */
export const agentRemains: Remaining = [
  { kind: 'Namespace', id: agentNames.namespace, waitingFor: '' },
  { kind: 'ClusterRole', id: agentNames.agent, waitingFor: '' },
  { kind: 'ClusterRoleBinding', id: agentNames.agent, waitingFor: '' },
]

/** What the cloud holds of a cluster: as it showed in this run, else in an earlier one, else what was recorded while it ran. */
export async function remainingOf(scope: Scope): Promise<Remaining> {
  const { observed, cluster, uid } = scope
  if (scope.isLetGo) return cluster.status.agent?.enrolled ? agentRemains : []
  if (observed) return observed.resources.map(({ kind, id, waitingFor }) => ({ kind, id, waitingFor }))
  if (cluster.status.remaining) return cluster.status.remaining
  const { items } = await scope.read((tx) => tx.list('Machine', { where: { clusterUid: uid } }))
  const machines = items.map(({ meta, status }) => ({ kind: 'Machine', id: status.providerId ?? meta.name }))
  const controlPlane = cluster.status.endpoint === undefined ? [] : [{ kind: 'ControlPlane', id: uid }]
  return [...controlPlane, ...machines].map((one) => ({ ...one, waitingFor: '' }))
}

/** For people: conditions are where every client looks. */
export function tellRemaining(remaining: Remaining): string {
  if (remaining.length === 0) return ''
  const told = remaining
    .slice(0, tellAtMost)
    .map(({ kind, id, waitingFor }) => `${kind} ${id}${waitingFor === '' ? '' : ` (waits for ${waitingFor})`}`)
  const more = remaining.length > tellAtMost ? ` and ${remaining.length - tellAtMost} more` : ''
  return ` What remains: ${told.join(', ')}${more}.`
}
