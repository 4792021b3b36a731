import type { UpdateStrategy } from '@atrium/api/kinds/cluster.ts'
import type { DesiredInfrastructure, DesiredPool, ObservedInfrastructure, ObservedMachine } from './provider.ts'
import { isOlder, plainVersion, versionChangeProblem } from './versions.ts'

/** One machine that an upgrade replaces by a new one. */
export interface Replacement {
  machine: ObservedMachine
  pool: DesiredPool
  /** Of the machine, and of the one that takes its place. */
  from: string
  to: string
  strategy: UpdateStrategy
}

/** How far an upgrade of Kubernetes is. */
export interface UpgradeProgress {
  from: string
  to: string
  /** `control plane`, or the pool with the machine that is worked on: `worker pool 'w' 1 of 3`. */
  now: string
  /** The new machine that is not ready for work; empty when there is none. */
  waitingFor: string
  /** What follows it; empty when nothing does. */
  next: string
}

const STARTING: readonly string[] = ['Pending', 'Provisioning', 'Provisioned']

/** A node is not ready for work yet. */
export const isStarting = ({ state }: ObservedMachine): boolean => STARTING.includes(state)

/** Machines of a control plane are always made before they are removed: the quorum depends on them. */
export const strategyOf = (pool: DesiredPool): UpdateStrategy =>
  pool.isControlPlane ? 'RollingUpdateScaleOut' : (pool.updateStrategy ?? 'RollingUpdateScaleOut')

/** What the control plane is to serve: the version that is wanted, or where that is refused the one it serves. */
export const wantedVersion = (desired: DesiredInfrastructure, observed: ObservedInfrastructure): string => {
  const wanted = plainVersion(desired.kubernetesVersion)
  const isRefused = observed.exists && versionChangeProblem(observed.kubernetesVersion, wanted) !== null
  return isRefused ? observed.kubernetesVersion : wanted
}

/** The pools in the order of an upgrade, each with the version its machines end with. */
const poolsInOrder = (desired: DesiredInfrastructure, observed: ObservedInfrastructure): DesiredPool[] => {
  const version = wantedVersion(desired, observed)
  const versionOf = (pool: DesiredPool): string => {
    const own = plainVersion(pool.kubernetesVersion)
    return own !== '' && isOlder(own, version) && !pool.isControlPlane ? own : version
  }
  return desired.pools
    .map((pool) => ({ ...pool, kubernetesVersion: versionOf(pool) }))
    .toSorted((a, b) => Number(b.isControlPlane) - Number(a.isControlPlane))
}

/** The pools with the version that new machines get now: none is ever newer than the control plane that they join. */
export const poolsNow = (desired: DesiredInfrastructure, observed: ObservedInfrastructure): DesiredPool[] =>
  poolsInOrder(desired, observed).map((pool) => {
    const serves = plainVersion(observed.kubernetesVersion)
    return observed.exists && isOlder(serves, pool.kubernetesVersion) ? { ...pool, kubernetesVersion: serves } : pool
  })

/** True when a newer machine is to take its place. */
export const isOutdated = (machine: ObservedMachine, pool: DesiredPool): boolean =>
  machine.state !== 'Deleted' && isOlder(machine.kubernetesVersion, pool.kubernetesVersion)

/** The cloud says so, or says nothing. */
export const isBroken = ({ state }: ObservedMachine): boolean => state === 'Failed' || state === 'Unknown'

/** Broken ones first, then the newest. */
export const inReplacementOrder = (machines: readonly ObservedMachine[]): ObservedMachine[] =>
  machines.toSorted((a, b) => Number(isBroken(b)) - Number(isBroken(a)) || ordinalOf(b.name) - ordinalOf(a.name))

/** The number at the end of a machine's name; -1 when there is none. */
export const ordinalOf = (name: string): number => {
  const digits = /-(\d{1,9})$/.exec(name)?.[1]
  return digits === undefined ? -1 : Number(digits)
}

const membersOf = (pool: DesiredPool, observed: ObservedInfrastructure): ObservedMachine[] =>
  observed.machines.filter((machine) => machine.pool === pool.name)

/**
 * Every machine that is replaced until all are of the version that is wanted, in the order in which they go: the control
 * plane's first, then pool after pool, one machine at a time. Pure; for previews, and for telling how far it is.
 */
export const plannedReplacements = (desired: DesiredInfrastructure, observed: ObservedInfrastructure): Replacement[] =>
  poolsInOrder(desired, observed).flatMap((pool) =>
    inReplacementOrder(
      membersOf(pool, observed).filter((one) => one.state !== 'Deleting' && isOutdated(one, pool)),
    ).map((machine) => ({
      machine,
      pool,
      from: machine.kubernetesVersion,
      to: pool.kubernetesVersion,
      strategy: strategyOf(pool),
    })),
  )

/** True while a machine of the pool has to be replaced, or its replacement is not finished. */
const isUpgrading = (pool: DesiredPool, observed: ObservedInfrastructure): boolean =>
  membersOf(pool, observed).some(
    (machine) => isOutdated(machine, pool) || isStarting(machine) || machine.state === 'Deleting',
  )

/** The pool whose machines may be replaced now; null while none has to be, or the one before is not finished. */
export const poolInTurn = (pools: readonly DesiredPool[], observed: ObservedInfrastructure): string | null => {
  const first = pools.find((pool) => isUpgrading(pool, observed))
  const isDue = first !== undefined && membersOf(first, observed).some((machine) => isOutdated(machine, first))
  return isDue ? first.name : null
}

/** What an upgrade does now and next; null while none is under way. Pure. */
export const upgradeProgress = (
  desired: DesiredInfrastructure,
  observed: ObservedInfrastructure,
): UpgradeProgress | null => {
  const to = wantedVersion(desired, observed)
  if (!observed.exists || observed.kubernetesVersion === '') return null
  const pools = poolsInOrder(desired, observed)
  const due = pools.filter((pool) => membersOf(pool, observed).some((machine) => isOutdated(machine, pool)))
  const serves = plainVersion(observed.kubernetesVersion)
  const controlPlaneIsOld = isOlder(serves, to)
  if (!controlPlaneIsOld && due.length === 0) return null
  const versions = [serves, ...observed.machines.map((machine) => machine.kubernetesVersion)]
  const from = versions.reduce((oldest, version) => (isOlder(version, oldest) ? version : oldest))
  const steps = due.map((pool) => wordsOf(pool, observed))
  const [now = '', ...later] = controlPlaneIsOld ? ['control plane', ...steps] : steps
  const waiting = pools.flatMap((pool) => membersOf(pool, observed).filter((one) => isUnfinished(one, pool)))[0]
  const waitingFor = waiting ? `machine ${waiting.name}: ${waiting.message || waiting.state}` : ''
  return { from, to, now, waitingFor, next: later[0] ?? '' }
}

/** A new machine that the next one waits for. */
const isUnfinished = (machine: ObservedMachine, pool: DesiredPool): boolean =>
  !isOutdated(machine, pool) && (isStarting(machine) || isBroken(machine))

const wordsOf = (pool: DesiredPool, observed: ObservedInfrastructure): string => {
  const members = membersOf(pool, observed).filter(({ state }) => state !== 'Deleted')
  const isFinished = (machine: ObservedMachine): boolean =>
    !isOutdated(machine, pool) && !isStarting(machine) && machine.state !== 'Deleting'
  const finished = Math.min(members.filter(isFinished).length, pool.size - 1)
  const kind = pool.isControlPlane ? 'control-plane pool' : 'worker pool'
  return `${kind} '${pool.name}' ${finished + 1} of ${pool.size}`
}
