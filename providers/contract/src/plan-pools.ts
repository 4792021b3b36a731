import { createHash } from 'node:crypto'
import type { Taint } from '@atrium/api/kinds/cluster.ts'
import type { DesiredInfrastructure, DesiredPool, ObservedInfrastructure, ObservedMachine } from './provider.ts'
import {
  inReplacementOrder,
  isBroken,
  isOutdated,
  isStarting,
  ordinalOf,
  poolInTurn,
  poolsNow,
  strategyOf,
} from './upgrade.ts'

/** One change of one machine. Providers whose machines are objects of their own turn these into operations. */
export type MachineStep =
  | { type: 'create'; name: string; ordinal: number; pool: DesiredPool; reason: string }
  | { type: 'update'; machine: ObservedMachine; pool: DesiredPool; reason: string }
  | { type: 'delete'; machine: ObservedMachine; reason: string }

const CONTROL_PLANE_TAINT: Taint = { key: 'node-role.kubernetes.io/control-plane', value: '', effect: 'NoSchedule' }

/**
 * What machines need now, in order: created before removed, one more than the size while versions change, never a name twice.
 *
 * A machine that was lost (`Deleted`) or that `replace` names is made up for first and removed after that. A lost one is
 * replaced by itself under policy `heal`, and only when it is named under `alert`. Machines of an old Kubernetes version are
 * replaced one at a time, once the control plane serves the new one: those of the control plane first, then pool after pool.
 */
export const planMachines = (desired: DesiredInfrastructure, observed: ObservedInfrastructure): MachineStep[] => {
  const pools = poolsNow(desired, observed)
  const turn = poolInTurn(pools, observed)
  const names = new Set(pools.map((pool) => pool.name))
  const hasControlPlane = pools.some((pool) => pool.isControlPlane)
  const strays = observed.machines.filter(
    (machine) =>
      !names.has(machine.pool) && machine.state !== 'Deleting' && (hasControlPlane || !machine.isControlPlane),
  )
  const steps: MachineStep[] = [
    ...pools.flatMap((pool) => planPool(pool, pool.name === turn, desired, observed)),
    ...strays.map((machine) => ({ type: 'delete' as const, machine, reason: `pool ${machine.pool} was removed` })),
  ]
  // Deletions take long and hold up whatever follows them.
  return [...steps.filter(({ type }) => type !== 'delete'), ...steps.filter(({ type }) => type === 'delete')]
}

const planPool = (
  pool: DesiredPool,
  inTurn: boolean,
  desired: DesiredInfrastructure,
  observed: ObservedInfrastructure,
): MachineStep[] => {
  const all = observed.machines.filter(({ pool: name }) => name === pool.name)
  const members = all.filter(({ state }) => state !== 'Deleting')
  const leaving = all.filter(({ state }) => state === 'Deleting')
  const isDoomed = (machine: ObservedMachine): boolean =>
    desired.replace.includes(machine.providerId) || (machine.state === 'Deleted' && desired.policy.nodes === 'heal')
  const keepers = members.filter((machine) => !isDoomed(machine))
  const scaleIn = strategyOf(pool) === 'RollingUpdateScaleIn'
  // Under scale-in the new machine comes once the old one is gone.
  const awaited = scaleIn ? leaving.filter((machine) => isOutdated(machine, pool)).length : 0
  const missing = pool.size - keepers.length - awaited
  const isCalm = !keepers.some(isStarting)
  // No further one goes while a new one is broken: that might be all of them.
  const isSound = keepers.every((machine) => isOutdated(machine, pool) || !isBroken(machine))
  const rolls = inTurn && missing === 0 && isCalm && isSound && leaving.length === 0
  const creations = newMachines(pool, desired, observed, members, { missing, extra: rolls && !scaleIn })
  const settled = isCalm && creations.length === 0
  const outdated = keepers.filter((machine) => isOutdated(machine, pool))
  return [
    ...creations,
    ...keepers.filter((machine) => differs(machine, pool)).map((machine) => updateOf(machine, pool)),
    ...(settled ? members.filter(isDoomed).map((machine) => deletion(machine, 'it is replaced')) : []),
    ...(rolls && scaleIn ? inReplacementOrder(outdated).slice(0, 1).map(byNewer) : []),
    ...surplus(keepers, outdated, -missing, settled),
  ]
}

const newMachines = (
  pool: DesiredPool,
  desired: DesiredInfrastructure,
  observed: ObservedInfrastructure,
  members: ObservedMachine[],
  need: { missing: number; extra: boolean },
): MachineStep[] => {
  const count = need.missing > 0 ? need.missing : Number(need.extra)
  const reason =
    need.missing > 0
      ? `pool ${pool.name} has ${pool.size - need.missing} of ${pool.size} machines`
      : `machines move to Kubernetes ${pool.kubernetesVersion}`
  const last = Math.max(observed.ordinals[pool.name] ?? -1, ...members.map((machine) => ordinalOf(machine.name)))
  return Array.from({ length: count }, (_, index) => {
    const ordinal = last + 1 + index
    return { type: 'create', name: machineName(desired.identity.name, pool.name, ordinal), ordinal, pool, reason }
  })
}

/** Lost ones go first, then broken ones, then old versions, then the newest. */
const surplus = (
  keepers: ObservedMachine[],
  outdated: ObservedMachine[],
  excess: number,
  settled: boolean,
): MachineStep[] => {
  // While versions change, the old machine waits until the new one runs.
  if (excess <= 0 || (outdated.length > 0 && !settled)) return []
  const rank = (machine: ObservedMachine): number => {
    if (machine.state === 'Deleted') return 0
    if (isBroken(machine)) return 1
    return outdated.includes(machine) ? 2 : 3
  }
  const inOrder = keepers.toSorted((a, b) => rank(a) - rank(b) || ordinalOf(b.name) - ordinalOf(a.name))
  return inOrder
    .slice(0, excess)
    .map((machine) => (outdated.includes(machine) ? byNewer(machine) : deletion(machine, 'its pool became smaller')))
}

const byNewer = (machine: ObservedMachine): MachineStep =>
  deletion(machine, `its Kubernetes ${machine.kubernetesVersion} is replaced by a newer one`)

const deletion = (machine: ObservedMachine, reason: string): MachineStep => ({ type: 'delete', machine, reason })

const updateOf = (machine: ObservedMachine, pool: DesiredPool): MachineStep => ({
  type: 'update',
  machine,
  pool,
  reason: 'labels or taints of its pool changed',
})

const differs = (machine: ObservedMachine, pool: DesiredPool): boolean =>
  machine.state !== 'Deleted' &&
  (canonical(machine.labels) !== canonical(pool.labels) || taintText(machine.taints) !== taintText(taintsOf(pool)))

/** The taints of a pool's machines; control planes that are no workers keep workloads away. */
export const taintsOf = (pool: DesiredPool): Taint[] =>
  pool.isControlPlane && !pool.useControlPlaneAsWorker ? [...pool.taints, CONTROL_PLANE_TAINT] : pool.taints

const canonical = (record: Record<string, string>): string => JSON.stringify(record, Object.keys(record).sort())
const taintText = (taints: Taint[]): string =>
  taints
    .map(({ key, value, effect }) => `${key}=${value}:${effect}`)
    .sort()
    .join()

/** Room for the ordinal in 63 characters, the longest a node's host name label may be. */
const LONGEST_BASE = 52

/** Deterministic: whoever plans the same thing names it the same. */
export const machineName = (cluster: string, pool: string, ordinal: number): string => {
  const base = `${cluster}-${pool}`
  const short =
    base.length <= LONGEST_BASE
      ? base
      : `${base.slice(0, LONGEST_BASE - 7).replace(/[-.]+$/, '')}-${shortDigest({ cluster, pool })}`
  return `${short}-${ordinal}`
}

/** Six hexadecimal digits that stand for a value in a key or name. */
export const shortDigest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 6)
