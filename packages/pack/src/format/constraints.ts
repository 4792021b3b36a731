import { type PackDependency, type ResourceNeed, readConstraints } from './constraints-json.ts'
import { quantity } from './quantity.ts'
import type { ValuesText } from './values.ts'
import { withinBounds } from './version.ts'

/** A layer as constraints look at it. */
export interface PlacedLayer {
  packName: string
  layer: string
  version: string
}

export interface ConstraintProblem {
  code:
    | 'DependencyMissing'
    | 'DependencyVersion'
    | 'DependencyNotSupported'
    | 'DependencyUpgrade'
    | 'ResourcesInsufficient'
  message: string
}

/** Machines that layers are scheduled on. What one machine has is null where the cloud does not say. */
export interface MachineRoom {
  pool: string
  role: 'control-plane' | 'worker'
  /** A control plane that runs workloads counts for both. */
  size: number
  machine: Capacity | null
}

/** In millicores, MiB and GB. */
export type Capacity = Partial<Record<ResourceNeed['type'], number>>

export interface Surroundings {
  /** All layers, this one included. */
  layers: readonly PlacedLayer[]
  /** What the cluster had before; empty without a cluster. */
  former: readonly PlacedLayer[]
  /** Kinds of layers that another profile brings: whether those fit is told when all are attached. */
  elsewhere: readonly string[]
}

/** What a pack asks of other packs, and what of it does not hold. `constraints` is as its author wrote it. */
export function checkDependencies(constraints: unknown, around: Surroundings): ConstraintProblem[] {
  return readConstraints(constraints).dependencies.flatMap((dependency) => dependencyProblem(dependency, around))
}

function dependencyProblem(
  dependency: PackDependency,
  { layers, former, elsewhere }: Surroundings,
): ConstraintProblem[] {
  const { packName, layer, type, minVersion, maxVersion } = dependency
  const isMeant = (one: PlacedLayer): boolean => one.packName === packName && (layer === '' || one.layer === layer)
  const isWithin = (one: PlacedLayer): boolean => withinBounds(one.version, minVersion, maxVersion)
  const what = `pack '${packName}'${layer === '' ? '' : ` (layer ${layer})`}`
  const bounds =
    minVersion === '' && maxVersion === '' ? '' : ` in version ${minVersion || 'any'} to ${maxVersion || 'any'}`
  const found = layers.filter(isMeant)
  if (type === 'upgrade') return upgradeProblem(found, former.filter(isMeant), isWithin, `${what}${bounds}`)
  if (type === 'notSupported') {
    const beside = found.find(isWithin)
    return beside ? [{ code: 'DependencyNotSupported', message: `does not work beside ${what} ${beside.version}` }] : []
  }
  if (found.length === 0) {
    if (type === 'optional' || elsewhere.includes(layer)) return []
    return [{ code: 'DependencyMissing', message: `needs ${what}${bounds}: add it` }]
  }
  if (found.some(isWithin)) return []
  const versions = found.map(({ version }) => version).join(', ')
  return [{ code: 'DependencyVersion', message: `needs ${what}${bounds}; there is ${versions}` }]
}

/** In place, a pack goes on only from versions within the bounds. */
function upgradeProblem(
  now: readonly PlacedLayer[],
  former: readonly PlacedLayer[],
  isWithin: (one: PlacedLayer) => boolean,
  what: string,
): ConstraintProblem[] {
  const from = former.find((one) => !isWithin(one) && now.some(({ version }) => version !== one.version))
  if (!from || now.some(({ version }) => version === from.version)) return []
  const message = `is upgraded in place only from ${what}; the cluster has ${from.version}: remove it first, or go by a version between`
  return [{ code: 'DependencyUpgrade', message }]
}

/** What a pack needs of machines, and what of it they do not have. Machines whose cloud does not tell what they have fit all. */
export function checkResources(
  constraints: unknown,
  values: ValuesText,
  rooms: readonly MachineRoom[],
): ConstraintProblem[] {
  return readConstraints(constraints).resources.flatMap((need) => {
    const wanted = (['control-plane', 'worker'] as const).map((role) => ({
      role,
      amount: amountFor(need, role, values),
    }))
    return wanted.flatMap(({ role, amount }): ConstraintProblem[] => {
      const there = roomFor(need.type, role, rooms)
      if (there === null || amount <= there) return []
      const unit = units[need.type]
      const message = `needs ${amount} ${unit} of ${need.type} on ${role} machines; their pools have ${there} ${unit}: enlarge them, or ask for less in the values`
      return [{ code: 'ResourcesInsufficient', message }]
    })
  })
}

const units = { cpu: 'millicores', memory: 'MiB', diskSize: 'GB' } as const

/** With components, the limit does not count: their requests do, each as often as it has replicas. */
function amountFor(
  { type, minLimit, components }: ResourceNeed,
  role: MachineRoom['role'],
  values: ValuesText,
): number {
  if (components.length === 0) return role === 'worker' ? minLimit : 0
  const meant = components.filter(({ scheduleType }) => scheduleType === 'all' || scheduleType === role)
  const amounts = meant.map(({ request, replicas }) => {
    const count = Number(at(values, replicas) ?? 1)
    return (quantity(type, at(values, request)) ?? 0) * (Number.isFinite(count) ? count : 1)
  })
  return amounts.reduce((sum, amount) => sum + amount, 0)
}

function at(values: ValuesText, dotted: string): string | undefined {
  const path = dotted === '' ? null : values.pathOf(dotted)
  const value = path === null ? undefined : values.getSource(path)
  return typeof value === 'object' || value === undefined ? undefined : String(value)
}

/** Null where nothing is known of a pool. */
function roomFor(type: ResourceNeed['type'], role: MachineRoom['role'], rooms: readonly MachineRoom[]): number | null {
  let sum = 0
  for (const room of rooms.filter((one) => one.role === role)) {
    const each = room.machine?.[type]
    if (each === undefined) return null
    sum += each * room.size
  }
  return rooms.some((room) => room.role === role) ? sum : null
}
