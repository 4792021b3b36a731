import type { LayerReport, NodeReport } from '@atrium/api/link/protocol.ts'
import type { PendingRemoval } from '../layers/engine.ts'

export interface ClusterHealth {
  state: 'Healthy' | 'UnHealthy' | 'Unknown'
  message: string
}

export interface HealthFacts {
  /** Null before the first desired state. */
  layers: readonly LayerReport[] | null
  nodes: readonly NodeReport[]
  openDeviations: number
  removals: readonly PendingRemoval[]
  /** Why the newest desired state cannot be taken up, if so. */
  intakeProblem: string | null
}

const SHOWN = 3
const list = (items: readonly string[]): string =>
  items.slice(0, SHOWN).join('; ') + (items.length > SHOWN ? ` and ${items.length - SHOWN} more` : '')

/** One verdict over the whole cluster, and what it rests on. Pure. */
export function judgeHealth(facts: HealthFacts): ClusterHealth {
  const { layers, nodes } = facts
  const lost = nodes.filter((node) => !node.ready).map((node) => `node ${node.name} is not ready (${node.message})`)
  const failed = (layers ?? [])
    .filter((layer) => layer.state === 'Error')
    .map((layer) => `layer ${layer.id}: ${layer.message}`)
  const unready = (layers ?? [])
    .filter((layer) => layer.state === 'Installed')
    .map((layer) => `layer ${layer.id} is not ready: ${layer.message}`)
  const stuck = facts.removals.flatMap(({ layer, problem }) => (problem === null ? [] : [`${layer}: ${problem}`]))
  const stale = facts.intakeProblem === null ? [] : [facts.intakeProblem]
  const problems = [...stale, ...lost, ...failed, ...unready, ...stuck]
  if (problems.length > 0) return { state: 'UnHealthy', message: list(problems).slice(0, 4_096) }
  if (layers === null) return { state: 'Unknown', message: 'no desired state has arrived yet' }
  const pending = layers.filter((layer) => layer.state !== 'Ready')
  if (pending.length > 0)
    return { state: 'Unknown', message: `${pending.length} of ${layers.length} layers are still being installed` }
  const removing = facts.removals.map(({ layer }) => layer)
  if (removing.length > 0)
    return { state: 'Unknown', message: `still being removed: ${list(removing)}`.slice(0, 4_096) }
  const open = facts.openDeviations > 0 ? `, ${facts.openDeviations} deviations are open` : ''
  return { state: 'Healthy', message: `${nodes.length} nodes and ${layers.length} layers are ready${open}` }
}
