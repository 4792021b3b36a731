import type { v1MachineMaintenanceStatus } from '@atrium/api/generated/operations.d.ts'
import type { ClusterStatus } from '@atrium/api/kinds/cluster.ts'
import { desiredStateLimits, maintenanceMark, type NodeMaintenance } from '@atrium/api/link/desired-state.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'

type Cluster = Pick<StoredObject<'Cluster'>, 'spec' | 'status'>
type Node = NonNullable<ClusterStatus['nodes']>[number]

/**
 * `maintenance` of the cluster with one more request. What asks for what is asked already changes nothing; requests for nodes that
 * are gone are left out. Throws `InvalidState` when too many nodes are in maintenance. Pure.
 */
export function askMaintenance({ spec, status }: Cluster, request: NodeMaintenance): NodeMaintenance[] {
  const former = spec.maintenance ?? []
  const isAsked = ({ node, action }: NodeMaintenance): boolean => node === request.node && action === request.action
  // A node that somebody else cordoned since may be uncordoned again.
  if (request.action === 'cordon' && former.some(isAsked)) return former
  const others = former.filter(({ node }) => node !== request.node && !isGone(status, node))
  const cordoned = others.filter(({ action }) => action === 'cordon')
  const room = desiredStateLimits.nodes - 1 - cordoned.length
  if (room < 0) {
    const text = `${cordoned.length} nodes are in maintenance, and more cannot be. Take some out of it first.`
    throw new AtriumError('InvalidState', text)
  }
  // Those that were taken out of it longest ago are forgotten: they stay as they are.
  const out = others.filter(({ action }) => action === 'uncordon')
  const forgotten = new Set(out.slice(0, Math.max(0, out.length - room)))
  return [...others.filter((one) => !forgotten.has(one)), request]
}

/** Only where the agent could list all nodes is one that is not listed gone. */
const isGone = ({ nodes = [], metrics }: ClusterStatus, name: string): boolean =>
  (metrics?.nodesTotal ?? Number.POSITIVE_INFINITY) <= nodes.length && !nodes.some((node) => node.name === name)

/** What became of the last request for a node. Clients read on below it, so it is there for every machine. Pure. */
export function viewMaintenance({ spec, status }: Cluster, name: string): v1MachineMaintenanceStatus {
  const node = status.nodes?.find((one) => one.name === name)
  const request = spec.maintenance?.find((one) => one.node === name)
  if (!request) {
    const message = node?.unschedulable ? 'It takes no new pods: somebody cordoned it inside the cluster.' : ''
    return { action: '', state: '', message }
  }
  return { action: request.action, ...progressOf(request, node, status) }
}

function progressOf(
  request: NodeMaintenance,
  node: Node | undefined,
  { agent }: ClusterStatus,
): { state: string; message: string } {
  if (!node) return { state: 'Failed', message: 'Its node is not in the cluster.' }
  const { maintenance, unschedulable = false } = node
  const isDone = maintenance?.done === maintenanceMark(request)
  if (isDone && request.action === 'uncordon') {
    const message = unschedulable
      ? 'It took pods, and somebody cordoned it since inside the cluster.'
      : 'It takes pods.'
    return { state: 'Completed', message }
  }
  if (isDone && unschedulable) return { state: 'Completed', message: 'It takes no new pods. Those on it stay.' }
  if (maintenance?.problem)
    return { state: 'Failed', message: `The agent cannot, and tries again: ${maintenance.problem}` }
  if (agent?.connected !== true)
    return { state: 'Initiated', message: 'The agent is not connected. It is told when it comes.' }
  // One of before there was maintenance never does.
  return { state: 'InProgress', message: `The agent, of version ${agent.version}, has not done it yet.` }
}
