import type { AgentReport, DesiredPosition } from '@atrium/agent/ports.ts'
import { type DesiredLayer, type DesiredState } from '@atrium/api/link/desired-state.ts'
import { desiredContentKey } from '@atrium/api/link/layer-content.ts'
import type { LayerReport, NodeReport } from '@atrium/api/link/protocol.ts'
import type { ObservedMachine } from '@atrium/provider-contract/provider.ts'

/** A layer that the agent has done something about. */
export interface LayerWork {
  /** Of its content: equal ones need no work. */
  key: string
  valuesDigest: string
  state: LayerReport['state']
  message: string
  startedAt: string
  finishedAt: string | null
}

export interface AgentFacts {
  desired: DesiredState | null
  applied: DesiredPosition | null
  layers: ReadonlyMap<string, LayerWork>
  machines: readonly ObservedMachine[]
  openDeviations: readonly string[]
  /** When each node was last seen to be away, by name. */
  awaySince: ReadonlyMap<string, string>
  kubernetesVersion: string
  /** How busy its machines are, 0 to 1. */
  busy: number
}

const CORES = 4
const MEMORY_BYTES = 8 * 2 ** 30
const PODS = 12

export const positionOf = ({ epoch, generation }: DesiredState): DesiredPosition => ({ epoch, generation })

export const isNewer = (one: DesiredPosition, other: DesiredPosition | null): boolean =>
  other === null || one.epoch > other.epoch || (one.epoch === other.epoch && one.generation > other.generation)

/** The layer to work on now; null when all are as desired. Pure. */
export const nextLayer = (desired: DesiredState, layers: ReadonlyMap<string, LayerWork>): DesiredLayer | null =>
  desired.layers.find((layer) => {
    const work = layers.get(layer.id)
    return work?.key !== desiredContentKey(layer) || work.state !== 'Ready'
  }) ?? null

/** What the agent tells of its cluster. Pure. */
export const stateReport = (facts: AgentFacts): Extract<AgentReport, { type: 'state' }> => {
  const layers = (facts.desired?.layers ?? []).map((layer) => reportLayer(layer, facts.layers.get(layer.id)))
  const nodes = facts.machines.filter(hasNode).map((machine) => reportNode(machine, facts.awaySince))
  const ready = nodes.filter((node) => node.ready).length
  return {
    type: 'state',
    applied: facts.applied,
    working: facts.desired && positionOf(facts.desired),
    layers,
    health: judge(layers, nodes, facts.desired !== null),
    nodes,
    openDeviations: [...facts.openDeviations],
    kubernetesVersion: facts.kubernetesVersion === '' ? '' : `v${facts.kubernetesVersion}`,
    metrics: {
      cpuCoresTotal: nodes.length * CORES,
      cpuCoresUsed: Math.round(ready * CORES * facts.busy * 100) / 100,
      memoryBytesTotal: nodes.length * MEMORY_BYTES,
      memoryBytesUsed: Math.round(ready * MEMORY_BYTES * facts.busy),
      nodesTotal: nodes.length,
      nodesReady: ready,
      podsTotal: nodes.length * PODS,
      podsRunning: ready * PODS,
    },
  }
}

/** A machine registers its node when it runs; its Node object stays until the machine is known to be gone. */
const hasNode = ({ state }: ObservedMachine): boolean =>
  state === 'Running' || state === 'Failed' || state === 'Deleting'

const reportNode = (machine: ObservedMachine, awaySince: ReadonlyMap<string, string>): NodeReport => {
  const ready = machine.state === 'Running'
  return {
    name: machine.name,
    providerId: machine.providerId,
    ready,
    message: ready ? '' : 'NodeStatusUnknown: Kubelet stopped posting node status.',
    notReadySince: ready ? null : (awaySince.get(machine.name) ?? null),
  }
}

const reportLayer = (layer: DesiredLayer, work: LayerWork | undefined): LayerReport => {
  const current = work?.key === desiredContentKey(layer) ? work : undefined
  return {
    id: layer.id,
    state: current?.state ?? 'WaitingForOtherLayers',
    message: current?.message ?? '',
    startedAt: current?.startedAt ?? null,
    finishedAt: current?.finishedAt ?? null,
    installedDigest: work?.state === 'Ready' ? work.valuesDigest : null,
  }
}

const judge = (
  layers: readonly LayerReport[],
  nodes: readonly NodeReport[],
  hasDesired: boolean,
): { state: 'Healthy' | 'UnHealthy' | 'Unknown'; message: string } => {
  if (!hasDesired) return { state: 'Unknown', message: 'no desired state has arrived yet' }
  const problems = [
    ...nodes.filter(({ ready }) => !ready).map(({ name }) => `node ${name} is not ready`),
    ...layers.filter(({ state }) => state === 'Error').map(({ id, message }) => `layer ${id}: ${message}`),
  ]
  if (problems.length > 0) return { state: 'UnHealthy', message: problems.slice(0, 3).join('; ') }
  const pending = layers.filter(({ state }) => state !== 'Ready').length
  if (pending > 0)
    return { state: 'Unknown', message: `${pending} of ${layers.length} layers are still being installed` }
  return { state: 'Healthy', message: `${nodes.length} nodes and ${layers.length} layers are ready` }
}
