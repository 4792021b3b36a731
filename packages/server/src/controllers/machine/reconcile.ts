import type { ClusterStatus } from '@atrium/api/kinds/cluster.ts'
import type { ObservedInfrastructure } from '@atrium/provider-contract/provider.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { sameJson } from '@atrium/runtime/base/json.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import type { Scope } from '../cluster/scope.ts'
import { kubeconfigField } from '../cluster/secrets.ts'
import { clearUpNode } from './cleanup.ts'
import {
  isUnresolved,
  type KnownMachine,
  type MachinePlan,
  mergeNodeDeviations,
  type NodeFact,
  planMachines,
} from './plan.ts'

/**
 * Mirrors the cloud's machines as Machine objects, clears up after those that are gone, and answers the provider ids of
 * those to be replaced.
 */
export async function reconcileMachines(
  scope: Scope,
  observed: ObservedInfrastructure,
  stored: readonly StoredObject<'Machine'>[],
): Promise<string[]> {
  const { cluster, deps } = scope
  const plan = planMachines({
    clusterUid: scope.uid,
    observed: observed.machines,
    known: stored.map(knownMachine),
    nodes: scope.agentConnected ? knownNodes(cluster.status) : null,
    canJoin: observed.controlPlaneReady,
    policy: cluster.spec.policy.nodes,
    now: deps.clock.now(),
    graceMs: deps.timing.nodeGraceMs,
    startupMs: deps.timing.nodeStartupMs,
  })
  if (plan.nextCheckMs !== null) scope.lookAgainIn(plan.nextCheckMs)
  const cleared = await clearUp(scope, observed, plan.gone)
  if (cleared.length > 0 || plan.machines.some((machine) => differs(machine, stored)))
    await scope.transaction((tx) => storeMachines(tx, scope, plan, stored, cleared))
  await storeDeviations(scope, plan)
  scope.machinePlan = plan
  return plan.replace
}

/** The cluster's machines as they are stored. */
export const readMachines = async (scope: Scope): Promise<StoredObject<'Machine'>[]> =>
  (await scope.read((tx) => tx.list('Machine', { where: { clusterUid: scope.uid } }))).items

type PlannedMachine = MachinePlan['machines'][number]

const storedAs = (machine: PlannedMachine, stored: readonly StoredObject<'Machine'>[]) =>
  stored.find((one) => one.meta.uid === machine.uid)

function differs(machine: PlannedMachine, stored: readonly StoredObject<'Machine'>[]): boolean {
  const before = storedAs(machine, stored)
  return !before || !sameJson({ ...before.status, ...machine.status }, before.status)
}

/** Null while the agent could not list all of them: one that is not listed is not gone. */
const knownNodes = ({ nodes = [], metrics }: ClusterStatus): readonly NodeFact[] | null =>
  (metrics?.nodesTotal ?? 0) > nodes.length ? null : nodes

const knownMachine = ({ meta, spec, status }: StoredObject<'Machine'>): KnownMachine => ({
  uid: meta.uid,
  name: meta.name,
  createdAt: meta.createdAt,
  spec,
  status,
})

/** The machines whose remains are gone from the cluster: a Machine object stays until then, so that a crash forgets none. */
async function clearUp(scope: Scope, observed: ObservedInfrastructure, gone: KnownMachine[]): Promise<KnownMachine[]> {
  if (gone.length === 0 || !observed.exists) return gone
  if (!observed.controlPlaneReady) return []
  const kubeconfig = await scope.read((tx) => tx.getSecret(scope.ref, kubeconfigField))
  if (!kubeconfig) return gone
  const cleared: KnownMachine[] = []
  try {
    const access = await scope.deps.openCluster(kubeconfig)
    try {
      for (const machine of gone) {
        const { providerId = '', nodeName = machine.name } = machine.status
        await clearUpNode(access, { providerId, nodeName })
        cleared.push(machine)
      }
    } finally {
      await access.close()
    }
  } catch (error) {
    // Tried again in the next run: the Machine object is still there.
    scope.deps.logger.warn({ cluster: scope.uid, error: messageOf(error) }, 'a lost node could not be cleared up')
    scope.lookAgainIn(scope.deps.timing.busyMs)
  }
  return cleared
}

async function storeMachines(
  tx: Tx,
  scope: Scope,
  plan: MachinePlan,
  stored: readonly StoredObject<'Machine'>[],
  cleared: readonly KnownMachine[],
): Promise<void> {
  for (const machine of cleared) {
    await tx.delete('Machine', machine.uid)
    scope.event(
      `machine-gone-${machine.uid}`,
      'Info',
      'MachineGone',
      `Machine ${machine.name} is gone.`,
      `Machine ${machine.name}`,
    )
  }
  const uncleared = new Set(plan.gone.filter((machine) => !cleared.includes(machine)).map((machine) => machine.name))
  const known = plan.machines.filter((machine) => storedAs(machine, stored) && differs(machine, stored))
  await Promise.all(known.map(({ uid, status }) => tx.updateStatus('Machine', uid ?? '', { status })))
  // A successor of the same name is stored once its predecessor is cleared up.
  const fresh = plan.machines.filter((machine) => !storedAs(machine, stored) && !uncleared.has(machine.name))
  const { project } = scope.cluster.meta
  const created = await Promise.all(
    fresh.map(({ name, spec, status }) =>
      tx.create({ kind: 'Machine', project, name, owner: scope.ref, spec, status }),
    ),
  )
  for (const { meta } of created) tellCreated(scope, meta)
}

function tellCreated(scope: Scope, { uid, name }: { uid: string; name: string }): void {
  const involved = `Machine ${name}`
  scope.event(`machine-new-${uid}`, 'Info', 'MachineCreated', `Machine ${name} was created.`, involved)
}

/** Writes only when something changed: agents report deviations into the same list, but none of nodes. */
async function storeDeviations(scope: Scope, plan: MachinePlan): Promise<void> {
  const known = scope.cluster.status.deviations ?? []
  if (sameJson(mergeNodeDeviations(known, plan.deviations, scope.nowIso), known)) return
  await scope.transaction(async (tx) => {
    const fresh = await tx.getForUpdate('Cluster', scope.uid)
    if (!fresh) return
    const before = fresh.status.deviations ?? []
    const deviations = mergeNodeDeviations(before, plan.deviations, scope.nowIso)
    if (sameJson(deviations, before)) return
    const openDeviations = deviations.filter(isUnresolved).length
    await tx.updateStatus('Cluster', scope.uid, { status: { deviations, openDeviations } })
    scope.cluster.status.deviations = deviations
    scope.cluster.status.openDeviations = openDeviations
    for (const deviation of deviations) {
      if (before.some((one) => one.id === deviation.id && one.state === deviation.state)) continue
      const open = deviation.state === 'open'
      const reason = open ? 'NodeUnhealthy' : 'NodeRecovered'
      scope.event(
        `${deviation.id}:${deviation.state}`,
        open ? 'Warning' : 'Info',
        reason,
        deviation.message,
        deviation.object,
      )
    }
  })
}

/** Condition MachinesReady. */
export function sayMachines(scope: Scope): void {
  const plan = scope.machinePlan
  const wanted = scope.cluster.spec.machinePools.reduce((sum, pool) => sum + pool.size, 0)
  scope.machines = { total: wanted, ready: 0 }
  if (!scope.observed) return
  if (!plan || !scope.observed.exists) {
    return scope.say('MachinesWaiting', `${wanted} machines are to be created.`)
  }
  const nodesKnown = scope.agentConnected
  const isReady = ({ status }: MachinePlan['machines'][number]): boolean =>
    status.unhealthySince === null && (status.state === 'Running' || (nodesKnown && status.nodeReady === true))
  const ready = plan.machines.filter(isReady)
  scope.machines = { total: wanted, ready: Math.min(ready.length, wanted) }
  const unwell = plan.machines.filter(({ status }) => status.unhealthySince !== null)
  const tell = (list: MachinePlan['machines']): string =>
    list.map(({ name, status }) => `${name}: ${status.unhealthyReason || status.message || status.state}`).join('; ')
  const controlPlane = unwell.filter(({ spec }) => spec.isControlPlane)
  if (controlPlane.length > 0) return scope.say('ControlPlaneMachineUnhealthy', tell(controlPlane))
  if (unwell.length > 0) {
    const heals = scope.cluster.spec.policy.nodes === 'heal'
    return scope.say(heals ? 'MachineReplacing' : 'MachineUnhealthy', tell(unwell))
  }
  const starting = plan.machines.filter((machine) => !isReady(machine) && machine.status.state !== 'Deleting')
  if (ready.length < wanted && starting.length < wanted - ready.length)
    return scope.say('MachinesProvisioning', `${ready.length} of ${wanted} machines are ready.`)
  if (starting.length > 0) return scope.say('NodesNotReady', tell(starting))
  scope.say('AllMachinesReady', `${ready.length} machines are ready.`)
}
