import type { ClusterStatus, Deviation, PolicyAction } from '@atrium/api/kinds/cluster.ts'
import type { MachineSpec, MachineStatus } from '@atrium/api/kinds/machine.ts'
import type { ObservedMachine } from '@atrium/provider-contract/provider.ts'

export type NodeFact = NonNullable<ClusterStatus['nodes']>[number]

/** A stored Machine, as far as it matters here. */
export interface KnownMachine {
  uid: string
  name: string
  createdAt: string
  spec: MachineSpec
  status: MachineStatus
}

export interface MachinesInput {
  clusterUid: string
  observed: readonly ObservedMachine[]
  known: readonly KnownMachine[]
  /** As the agent reported them; null while it is silent, since they may be out of date. */
  nodes: readonly NodeFact[] | null
  /** The API server answers: without it no new node can join. */
  canJoin: boolean
  policy: PolicyAction
  now: number
  graceMs: number
  startupMs: number
}

export interface MachinePlan {
  /** One for each machine that the cloud shows. `uid` is null for those that are not stored yet. */
  machines: { uid: string | null; name: string; spec: MachineSpec; status: MachineStatus }[]
  /** Stored machines that the cloud no longer shows. */
  gone: KnownMachine[]
  /** Provider ids of machines to be replaced. */
  replace: string[]
  /** What is wrong with machines now, beyond the grace. */
  deviations: Deviation[]
  /** When a grace runs out: there may be more to do then. */
  nextCheckMs: number | null
}

/** Reads the machines of one cluster: what to store, what to replace, what to report. Pure. */
export function planMachines(input: MachinesInput): MachinePlan {
  const views = input.observed.map((machine) => viewMachine(machine, input))
  const overdue = views.filter((view) => view.unwellForMs !== null && view.unwellForMs >= input.graceMs)
  const waits = views
    .filter((view) => view.unwellForMs !== null && view.unwellForMs < input.graceMs)
    .map((view) => input.graceMs - (view.unwellForMs ?? 0))
  const heal = input.policy === 'heal'
  const isReplaced = (view: View): boolean => {
    if (view.machine.isControlPlane) return false
    return view.known?.status.replacing === true || (heal && overdue.includes(view))
  }
  const ids = new Set(input.observed.map((machine) => machine.providerId))
  return {
    machines: views.map((view) => ({
      uid: view.known?.uid ?? null,
      name: view.machine.name,
      spec: { clusterUid: input.clusterUid, pool: view.machine.pool, isControlPlane: view.machine.isControlPlane },
      status: { ...view.status, replacing: isReplaced(view) },
    })),
    gone: input.known.filter((known) => !ids.has(known.status.providerId ?? '')),
    replace: views.filter(isReplaced).map((view) => view.machine.providerId),
    deviations: [...new Set([...overdue, ...views.filter(isReplaced)])].map((view) =>
      deviationOf(view, isReplaced(view)),
    ),
    nextCheckMs: waits.length > 0 ? Math.min(...waits) : null,
  }
}

interface View {
  machine: ObservedMachine
  known: KnownMachine | undefined
  status: MachineStatus
  /** Null while it is well. */
  unwellForMs: number | null
}

function viewMachine(machine: ObservedMachine, input: MachinesInput): View {
  const known = input.known.find((one) => one.status.providerId === machine.providerId)
  const node = input.nodes?.find((one) => one.providerId === machine.providerId)
  const joined = known?.status.joined === true || node?.ready === true || machine.state === 'Running'
  const found = whyUnwell(machine, known, node, joined, input)
  // One that is on its way out for what was wrong stays wrong: else it would be told anew, and as of no time.
  const reason = found === '' && known?.status.replacing === true ? (known.status.unhealthyReason ?? '') : found
  const since = reason === '' ? null : (known?.status.unhealthySince ?? nowIso(input))
  const { state, message, providerId, addresses, kubernetesVersion, labels, taints } = machine
  const ready = input.nodes === null ? known?.status.nodeReady : node?.ready
  return {
    machine,
    known,
    // A machine that is gone does not come back: nothing to wait for.
    unwellForMs: since === null ? null : machine.state === 'Deleted' ? input.graceMs : input.now - Date.parse(since),
    status: {
      ...{ state, message, providerId, addresses, kubernetesVersion, labels, taints, joined },
      nodeName: node?.name ?? known?.status.nodeName ?? machine.name,
      nodeReady: ready ?? false,
      unhealthySince: since,
      unhealthyReason: reason,
    },
  }
}

/**
 * The grace begins when this plane hears of it. The cluster tells since when it lasts, by a clock that is not ours: one
 * that is minutes behind had a machine replaced that was unwell for a second.
 */
const nowIso = ({ now }: MachinesInput): string => new Date(now).toISOString()

/** Empty while it is well. */
function whyUnwell(
  machine: ObservedMachine,
  known: KnownMachine | undefined,
  node: NodeFact | undefined,
  joined: boolean,
  input: MachinesInput,
): string {
  const words = machine.message ? `: ${machine.message}` : ''
  if (machine.state === 'Failed' || machine.state === 'Unknown') return `the cloud reports ${machine.state}${words}`
  if (machine.state === 'Deleted') return `the machine is gone${words}`
  if (machine.state === 'Deleting') return ''
  if (!joined) {
    const age = known ? input.now - Date.parse(known.createdAt) : 0
    return input.canJoin && age > input.startupMs
      ? `its node was never ready in ${Math.round(age / 1000)} s${words}`
      : ''
  }
  if (input.nodes === null) return ''
  if (node) return node.ready ? '' : `its node is not ready${node.message ? `: ${node.message}` : ''}`
  return known?.status.nodeReady === true || known?.status.unhealthySince ? 'its node is gone from the cluster' : ''
}

function deviationOf(view: View, replaced: boolean): Deviation {
  const { machine, status } = view
  const since = status.unhealthySince ?? ''
  const action = replaced ? 'heal' : 'alert'
  const message = machine.isControlPlane
    ? `${status.unhealthyReason}. Machines of the control plane are not replaced by themselves: start it again.`
    : replaced
      ? `${status.unhealthyReason}. A new machine takes its place.`
      : `${status.unhealthyReason}. Start it again, or set the policy for nodes to heal.`
  return {
    id: `node:${machine.providerId}:${since}`,
    type: 'node',
    object: `Node ${status.nodeName ?? machine.name}`,
    layer: null,
    diff: [{ path: '/status/state', live: machine.state, desired: 'Running' }],
    detectedAt: since,
    action,
    state: 'open',
    message,
    resolvedAt: null,
  }
}

const keptResolved = 100

/** All deviations after a look at the machines: new ones added, those no longer seen closed. Pure. */
export function mergeNodeDeviations(
  stored: readonly Deviation[],
  open: readonly Deviation[],
  now: string,
): Deviation[] {
  const current = new Map(open.map((deviation) => [deviation.id, deviation]))
  const others = stored.filter((deviation) => !current.has(deviation.id)).map((deviation) => close(deviation, now))
  return trimDeviations([...current.values(), ...others])
}

function close(deviation: Deviation, now: string): Deviation {
  if (deviation.type !== 'node' || deviation.state !== 'open') return deviation
  const message =
    deviation.action === 'heal' ? 'The machine was replaced or came back.' : 'The machine is well again or gone.'
  return { ...deviation, state: 'repaired', resolvedAt: now, message: `${deviation.message} ${message}` }
}

/** Also one whose repair failed still deviates. */
export const isUnresolved = (deviation: Deviation): boolean => deviation.state !== 'repaired'

/** Every deviation that is not repaired and the newest of the others: the list is bounded. */
export function trimDeviations(all: readonly Deviation[]): Deviation[] {
  const newestFirst = all.toSorted((a, b) => (a.detectedAt < b.detectedAt ? 1 : -1))
  const open = newestFirst.filter(isUnresolved)
  const closed = newestFirst.filter((deviation) => !isUnresolved(deviation))
  return [...open.slice(0, 400), ...closed.slice(0, keptResolved)]
}
