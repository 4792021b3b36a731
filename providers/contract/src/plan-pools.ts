import { createHash } from 'node:crypto'
import type { Taint } from '@atrium/api/kinds/cluster.ts'
import type { DesiredInfrastructure, DesiredPool, ObservedInfrastructure, ObservedMachine } from './provider.ts'

/** One change of one machine. Providers whose machines are objects of their own turn these into operations. */
export type MachineStep =
  | { type: 'create'; name: string; ordinal: number; pool: DesiredPool; reason: string }
  | { type: 'update'; machine: ObservedMachine; pool: DesiredPool; reason: string }
  | { type: 'delete'; machine: ObservedMachine; reason: string }

const STARTING: readonly string[] = ['Pending', 'Provisioning', 'Provisioned']
const CONTROL_PLANE_TAINT: Taint = { key: 'node-role.kubernetes.io/control-plane', value: '', effect: 'NoSchedule' }

/**
 * What machines need, in order: created before removed, one more than the size while versions change, never a name twice.
 *
 * A machine that was lost (`Deleted`) or that `replace` names is made up for first and removed after that. A lost one is
 * replaced by itself under policy `heal`, and only when it is named under `alert`.
 */
export const planMachines = (desired: DesiredInfrastructure, observed: ObservedInfrastructure): MachineStep[] => {
  const names = new Set(desired.pools.map((pool) => pool.name))
  const hasControlPlane = desired.pools.some((pool) => pool.isControlPlane)
  const strays = observed.machines.filter(
    (machine) =>
      !names.has(machine.pool) && machine.state !== 'Deleting' && (hasControlPlane || !machine.isControlPlane),
  )
  const steps: MachineStep[] = [
    ...desired.pools.flatMap((pool) => {
      const kubernetesVersion = plainVersion(pool.kubernetesVersion || desired.kubernetesVersion)
      return planPool({ ...pool, kubernetesVersion }, desired, observed)
    }),
    ...strays.map((machine) => ({ type: 'delete' as const, machine, reason: `pool ${machine.pool} was removed` })),
  ]
  // Deletions take long and hold up whatever follows them.
  return [...steps.filter(({ type }) => type !== 'delete'), ...steps.filter(({ type }) => type === 'delete')]
}

const planPool = (
  pool: DesiredPool,
  desired: DesiredInfrastructure,
  observed: ObservedInfrastructure,
): MachineStep[] => {
  const members = observed.machines.filter(({ pool: name, state }) => name === pool.name && state !== 'Deleting')
  const isDoomed = (machine: ObservedMachine): boolean =>
    desired.replace.includes(machine.providerId) || (machine.state === 'Deleted' && desired.policy.nodes === 'heal')
  const keepers = members.filter((machine) => !isDoomed(machine))
  const outdated = keepers.filter((machine) => isOutdated(machine, pool))
  const missing = pool.size - keepers.length
  const creations = newMachines(pool, desired, observed, members, { missing, rolling: outdated.length > 0 })
  const settled = creations.length === 0 && !keepers.some((machine) => STARTING.includes(machine.state))
  return [
    ...creations,
    ...keepers.filter((machine) => differs(machine, pool)).map((machine) => updateOf(machine, pool)),
    ...(settled ? members.filter(isDoomed).map((machine) => deletion(machine, 'it is replaced')) : []),
    ...surplus(keepers, outdated, -missing, settled),
  ]
}

const isOutdated = (machine: ObservedMachine, pool: DesiredPool): boolean =>
  machine.state !== 'Deleted' && machine.kubernetesVersion !== pool.kubernetesVersion

const newMachines = (
  pool: DesiredPool,
  desired: DesiredInfrastructure,
  observed: ObservedInfrastructure,
  members: ObservedMachine[],
  need: { missing: number; rolling: boolean },
): MachineStep[] => {
  const count = need.missing > 0 ? need.missing : need.missing === 0 && need.rolling ? 1 : 0
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
    if (machine.state === 'Failed' || machine.state === 'Unknown') return 1
    return outdated.includes(machine) ? 2 : 3
  }
  const inOrder = keepers.toSorted((a, b) => rank(a) - rank(b) || ordinalOf(b.name) - ordinalOf(a.name))
  return inOrder
    .slice(0, excess)
    .map((machine) => deletion(machine, outdated.includes(machine) ? 'its version is old' : 'its pool became smaller'))
}

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

/** The number at the end of a machine's name; -1 when there is none. */
export const ordinalOf = (name: string): number => {
  const digits = /-(\d{1,9})$/.exec(name)?.[1]
  return digits === undefined ? -1 : Number(digits)
}

/** Versions without the `v` that some write before them. */
export const plainVersion = (version: string): string => version.replace(/^v/, '')

/** Six hexadecimal digits that stand for a value in a key or name. */
export const shortDigest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 6)
