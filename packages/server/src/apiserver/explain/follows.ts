import type { ClusterReason } from '@atrium/api/cluster-reasons.ts'
import { type Condition, clusterConditions as types } from '@atrium/api/conditions.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'

/** What an explanation is made of. */
export interface ExplainFacts {
  cluster: StoredObject<'Cluster'>
  machines: readonly StoredObject<'Machine'>[]
  /** Empty when there is none, or none that the reader may see. */
  accountName: string
  /** Of the open session; null when nobody knows of one. */
  heartbeatAt: string | null
  now: number
}

/** The conditions that are explained, in the order of a cluster's life. */
export const explained: readonly string[] = [
  types.profileResolved,
  types.infrastructureReady,
  types.controlPlaneReady,
  types.agentReady,
  types.machinesReady,
  types.layersReady,
  types.inSync,
]

type Wrong = ReadonlyMap<string, Condition>
/** Condition types that may be why one of type `type` is not true; the first of them that is not true itself is it. */
type Because = (wrong: Wrong, facts: ExplainFacts, type: string) => readonly string[]

const withoutAgent: Because = () => [types.agentReady]
const ofCloud: Because = () => [types.infrastructureReady]

const ofAgent: Because = (wrong, facts) => [
  ...(isReason(wrong, types.controlPlaneReady, 'NotObserved') ? [] : [types.controlPlaneReady]),
  // Its pod needs a machine to run on.
  ...(facts.machines.every((machine) => !isWell(machine)) && !isReason(wrong, types.machinesReady, 'NotObserved')
    ? [types.machinesReady]
    : []),
]

/** A node is ready once it has a network. */
const ofMachines: Because = (wrong, facts) => [
  types.infrastructureReady,
  ...(isReason(wrong, types.layersReady, 'LayersInstalling', 'LayerFailed') && networkIsMissing(facts)
    ? [types.layersReady]
    : []),
]

const ofLayers: Because = (wrong, facts) => {
  const starting = isReason(wrong, types.machinesReady, 'MachinesWaiting', 'MachinesProvisioning', 'NodesNotReady')
  return starting && !networkIsMissing(facts) ? [types.machinesReady] : []
}

const ofDrift: Because = (wrong, { cluster }) => {
  const kinds = new Set(openDeviations(cluster).map(({ type }) => type))
  if (kinds.size !== 1) return []
  if (kinds.has('node')) return [types.machinesReady]
  return kinds.has('failed-release') && isReason(wrong, types.layersReady, 'LayerFailed') ? [types.layersReady] : []
}

/** It could not be looked at because the cloud could not be asked. */
const unseen: Because = (wrong, _facts, type) =>
  [types.infrastructureReady, types.profileResolved].filter(
    (before) => explained.indexOf(before) < explained.indexOf(type) && !isReason(wrong, before, 'NotObserved'),
  )

const because: Partial<Record<ClusterReason, Because>> = {
  WaitingForProfile: () => [types.profileResolved],
  WaitingForInfrastructure: ofCloud,
  ApiServerStarting: ofCloud,
  ApiServerSilent: (wrong) =>
    isReason(wrong, types.machinesReady, 'ControlPlaneMachineUnhealthy') ? [types.machinesReady] : [],
  WaitingForControlPlane: () => [types.controlPlaneReady, types.infrastructureReady],
  AgentInstalling: ofAgent,
  AgentPushFailed: ofAgent,
  AgentDisconnected: ofAgent,
  MachinesWaiting: () => [types.controlPlaneReady, types.infrastructureReady],
  MachinesProvisioning: ofMachines,
  NodesNotReady: ofMachines,
  MachineReplacing: ofCloud,
  WaitingForAgent: withoutAgent,
  LayersUnknown: withoutAgent,
  SyncUnknown: withoutAgent,
  LayersInstalling: ofLayers,
  DeviationOpen: ofDrift,
  DeviationContested: ofDrift,
  DeviationHealing: ofDrift,
  NotObserved: unseen,
}

/** The condition that this one is only a consequence of; null when it is a cause by itself. Pure. */
export function followsFrom(condition: Condition, wrong: Wrong, facts: ExplainFacts): string | null {
  const why = Object.hasOwn(because, condition.reason) ? because[condition.reason as ClusterReason] : undefined
  const causes = why?.(wrong, facts, condition.type).filter((type) => type !== condition.type && wrong.has(type))
  return causes?.[0] ?? null
}

const isReason = (wrong: Wrong, type: string, ...reasons: ClusterReason[]): boolean =>
  reasons.some((reason) => wrong.get(type)?.reason === reason)

export const isWell = ({ status }: StoredObject<'Machine'>): boolean =>
  status.state === 'Running' && !status.unhealthySince

export const openDeviations = ({ status }: StoredObject<'Cluster'>) =>
  (status.deviations ?? []).filter(({ state }) => state !== 'repaired')

function networkIsMissing({ cluster: { spec, status } }: ExplainFacts): boolean {
  const networks = new Set(
    spec.profiles.flatMap(({ uid, layers }) =>
      layers.filter(({ layer }) => layer === 'cni').map(({ name }) => `${uid}/${name}`),
    ),
  )
  return (status.layers ?? []).some(
    ({ profileUid, name, state }) => networks.has(`${profileUid}/${name}`) && state !== 'Ready',
  )
}
