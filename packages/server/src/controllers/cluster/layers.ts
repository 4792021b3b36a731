import type { ClusterStatus, Deviation, LayerStatus } from '@atrium/api/kinds/cluster.ts'
import { isUnresolved } from '../machine/plan.ts'
import type { Scope } from './scope.ts'

/** Layers that count as done, of all. */
export const countLayers = (layers: readonly LayerStatus[]): { ready: number; total: number } => ({
  ready: layers.filter((layer) => layer.state === 'Ready').length,
  total: layers.length,
})

/** True when the agent says that it has applied the newest desired state whole. */
function isApplied({ desired, applied }: Pick<ClusterStatus, 'desired' | 'applied'>): boolean {
  return desired !== undefined && applied?.epoch === desired.epoch && applied.generation === desired.generation
}

/** Condition LayersReady. */
export function sayLayers(scope: Scope): void {
  const { status } = scope.cluster
  const layers = status.layers ?? []
  if (!scope.agentConnected) {
    if (status.runningSince === undefined) return scope.say('WaitingForAgent', 'Layers are installed by the agent.')
    return scope.say('LayersUnknown', 'The agent is silent; it last reported its layers before that.')
  }
  const failed = layers.filter((layer) => layer.state === 'Error')
  if (failed.length > 0)
    return scope.say('LayerFailed', failed.map((layer) => `${layer.name}: ${layer.message}`).join('; '))
  const { ready, total } = countLayers(layers)
  const current = layers.find((layer) => layer.state !== 'Ready')
  if (current) {
    const words = current.message ? `: ${current.message}` : ''
    return scope.say('LayersInstalling', `${ready} of ${total} layers are ready; ${current.name}${words}`)
  }
  if (!isApplied(status))
    return scope.say('LayersInstalling', 'The agent has not applied the newest desired state yet.')
  scope.say('AllLayersReady', `${total} layers are ready.`)
}

/** Condition InSync. */
export function saySync(scope: Scope): void {
  if (!scope.agentConnected) return scope.say('SyncUnknown', 'The agent is silent.')
  const open = (scope.cluster.status.deviations ?? []).filter(isUnresolved)
  if (open.length === 0) return scope.say('NoDeviation', 'Nothing differs from what was declared.')
  const contested = open.filter(isContested)
  const shown = [...contested, ...open.filter((deviation) => !isContested(deviation))].slice(0, 5).map(nameOf)
  const message = shown.join(', ') + (open.length > shown.length ? ` and ${open.length - shown.length} more` : '')
  if (contested.length > 0) return scope.say('DeviationContested', message)
  const waiting = open.some((deviation) => deviation.action === 'alert' || deviation.state === 'failed')
  scope.say(waiting ? 'DeviationOpen' : 'DeviationHealing', message)
}

const isContested = ({ contestedBy }: Deviation): boolean => contestedBy !== undefined
const nameOf = ({ object, contestedBy }: Deviation): string =>
  contestedBy === undefined ? object : `${object} (contested${contestedBy === '' ? '' : ` by ${contestedBy}`})`
