import { type MachineStep, planMachines, taintsOf } from './plan-pools.ts'
import type { DesiredInfrastructure, DesiredPool, ObservedInfrastructure, ObservedMachine } from './provider.ts'
import { isStarting, wantedVersion } from './upgrade.ts'
import { plainVersion } from './versions.ts'

/** What becomes of one machine, and of its node. */
export interface MachineChange {
  /** New machines are named as they would be, were no other one made meanwhile. */
  name: string
  pool: string
  change: 'added' | 'removed' | 'replaced' | 'updated'
  why: string
  /** The new machine in its place; null for all but replaced ones. */
  replacedBy: string | null
}

/** A machine that is replaced takes two rounds, and each looks at all of them. */
const roundsLimit = 200

/**
 * What has to happen to machines until they are as desired: the planner is asked for the next steps, each counts as done and
 * well at once, and so on. In order; `isWhole` is false when it was cut after many rounds. Pure.
 */
export function rehearseMachines(
  desired: DesiredInfrastructure,
  observed: ObservedInfrastructure,
): { changes: MachineChange[]; isWhole: boolean } {
  // The control plane goes first, and machines after it.
  const kubernetesVersion = observed.exists ? wantedVersion(desired, observed) : observed.kubernetesVersion
  const machines = new Map(observed.machines.map((machine) => [machine.name, settled(machine)]))
  const changes: MachineChange[] = []
  for (let round = 0; round < roundsLimit; round += 1) {
    const steps = planMachines(desired, { ...observed, kubernetesVersion, machines: [...machines.values()] })
    if (steps.length === 0) return { changes: paired(changes), isWhole: true }
    changes.push(...steps.map((step) => done(step, machines, desired)))
  }
  return { changes: paired(changes), isWhole: false }
}

/** Makes a step's effect; answers what it is for people. */
function done(
  step: MachineStep,
  machines: Map<string, ObservedMachine>,
  desired: DesiredInfrastructure,
): MachineChange {
  const name = step.type === 'create' ? step.name : step.machine.name
  const change = { name, why: step.reason, replacedBy: null }
  switch (step.type) {
    case 'create':
      machines.set(name, created(name, step.pool, desired))
      return { ...change, pool: step.pool.name, change: 'added' }
    case 'update':
      machines.set(name, { ...step.machine, labels: step.pool.labels, taints: taintsOf(step.pool) })
      return { ...change, pool: step.pool.name, change: 'updated' }
    case 'delete':
      machines.delete(name)
      return { ...change, pool: step.machine.pool, change: 'removed' }
  }
}

/** What starts is taken to come up. */
const settled = (machine: ObservedMachine): ObservedMachine =>
  isStarting(machine) ? { ...machine, state: 'Running' } : machine

const created = (name: string, pool: DesiredPool, desired: DesiredInfrastructure): ObservedMachine => ({
  ...{ providerId: `planned/${name}`, name, pool: pool.name, isControlPlane: pool.isControlPlane },
  ...{ state: 'Running', message: '', addresses: [], labels: pool.labels, taints: taintsOf(pool) },
  kubernetesVersion: plainVersion(pool.kubernetesVersion || desired.kubernetesVersion),
})

/** A machine that goes while one of its pool comes is replaced by it, the first by the first. */
function paired(changes: readonly MachineChange[]): MachineChange[] {
  const heirs = Map.groupBy(
    changes.filter(({ change }) => change === 'added'),
    ({ pool }) => pool,
  )
  const next = new Map<string, number>()
  const taken = new Set<MachineChange>()
  const replaced = changes.map((change): MachineChange => {
    const turn = next.get(change.pool) ?? 0
    const heir = change.change === 'removed' ? heirs.get(change.pool)?.[turn] : undefined
    if (!heir) return change
    next.set(change.pool, turn + 1)
    taken.add(heir)
    return { ...change, change: 'replaced', replacedBy: heir.name }
  })
  return replaced.filter((_, index) => !taken.has(changes[index] as MachineChange))
}
