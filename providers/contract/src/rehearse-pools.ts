import { planMachines, taintsOf } from './plan-pools.ts'
import type { DesiredInfrastructure, DesiredPool, ObservedInfrastructure, ObservedMachine } from './provider.ts'
import { isStarting } from './upgrade.ts'
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

/**
 * Everything that has to happen to machines until they are as desired: the planner is asked for the next steps, each counts
 * as done and well at once, and so on. In order. Pure.
 */
export function rehearseMachines(desired: DesiredInfrastructure, observed: ObservedInfrastructure): MachineChange[] {
  const changes: MachineChange[] = []
  let machines = observed.machines.map(settled)
  const most = 2 * (machines.length + desired.pools.reduce((sum, { size }) => sum + size, 0)) + 2
  for (let round = 0; round < most; round += 1) {
    const steps = planMachines(desired, { ...observed, machines })
    if (steps.length === 0) break
    for (const step of steps) {
      if (step.type === 'create') {
        machines = [...machines, created(step.name, step.pool, desired)]
        changes.push({ ...entry(step.name, step.pool.name, step.reason), change: 'added' })
        continue
      }
      const { name, pool } = step.machine
      machines = machines.filter((one) => one.name !== name)
      if (step.type === 'update')
        machines.push({ ...step.machine, labels: step.pool.labels, taints: taintsOf(step.pool) })
      changes.push({ ...entry(name, pool, step.reason), change: step.type === 'update' ? 'updated' : 'removed' })
    }
  }
  return paired(changes)
}

const entry = (name: string, pool: string, why: string) => ({ name, pool, why, replacedBy: null })

/** What starts is taken to come up. */
const settled = (machine: ObservedMachine): ObservedMachine =>
  isStarting(machine) ? { ...machine, state: 'Running' } : machine

const created = (name: string, pool: DesiredPool, desired: DesiredInfrastructure): ObservedMachine => ({
  ...{ providerId: `planned/${name}`, name, pool: pool.name, isControlPlane: pool.isControlPlane },
  ...{ state: 'Running', message: '', addresses: [], labels: pool.labels, taints: taintsOf(pool) },
  kubernetesVersion: plainVersion(pool.kubernetesVersion || desired.kubernetesVersion),
})

/** A machine that goes while one of its pool comes is replaced by it. */
function paired(changes: readonly MachineChange[]): MachineChange[] {
  const taken = new Set<MachineChange>()
  const replaced = changes.map((change): MachineChange => {
    if (change.change !== 'removed') return change
    const heir = changes.find((one) => one.change === 'added' && one.pool === change.pool && !taken.has(one))
    if (!heir) return change
    taken.add(heir)
    return { ...change, change: 'replaced', replacedBy: heir.name }
  })
  return replaced.filter((_, index) => !taken.has(changes[index] as MachineChange))
}
