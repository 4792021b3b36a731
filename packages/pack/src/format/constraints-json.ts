import { describe, FieldReader, isObject } from './field-reader.ts'
import type { Problem } from './problems.ts'

export interface PackDependency {
  packName: string
  layer: string
  /** Inclusive; empty = no bound. */
  minVersion: string
  maxVersion: string
  type: 'required' | 'optional' | 'notSupported' | 'upgrade'
}

/** What a pack needs of the machines it runs on. */
export interface ResourceNeed {
  type: 'cpu' | 'memory' | 'diskSize'
  /** Millicores, MiB or GB; does not count where there are components. */
  minLimit: number
  components: ResourceComponent[]
}

export interface ResourceComponent {
  /** Dotted path into the values: what one replica asks for. */
  request: string
  /** Dotted path into the values: how many there are; empty = one. */
  replicas: string
  scheduleType: 'worker' | 'control-plane' | 'all'
}

export interface Constraints {
  dependencies: PackDependency[]
  resources: ResourceNeed[]
}

const dependencyTypes = ['required', 'optional', 'notSupported', 'upgrade'] as const
const resourceTypes = ['cpu', 'memory', 'diskSize'] as const
/** Documents of the format and published packs name the control plane in two ways. */
const scheduleTypes: Readonly<Record<string, ResourceComponent['scheduleType']>> = {
  worker: 'worker',
  master: 'control-plane',
  'control-plane': 'control-plane',
  all: 'all',
}

/** Reads `constraints` of a `pack.json`; every wrong field is added to `problems`, and what can be read is answered. */
export function readConstraints(constraints: unknown, problems: Problem[] = []): Constraints {
  const root = new FieldReader({ constraints }, '', problems)
  const read = new FieldReader(root.object('constraints'), 'constraints.', problems)
  return {
    dependencies: entriesOf(read, 'dependencies', problems).map(readDependency),
    resources: entriesOf(read, 'resources', problems).map((entry, index) =>
      readNeed(entry, `constraints.resources[${index}].`, problems),
    ),
  }
}

function entriesOf(read: FieldReader, field: string, problems: Problem[], prefix = 'constraints.'): FieldReader[] {
  return read.list(field).flatMap((item, index) => {
    if (isObject(item)) return [new FieldReader(item, `${prefix}${field}[${index}].`, problems)]
    read.problem(`${field}[${index}]`, `must be an object, not ${describe(item)}`)
    return []
  })
}

function readDependency(entry: FieldReader): PackDependency {
  const written = entry.text('type')
  // One published pack leaves the type out; bounds that hold only if the other pack is present do no harm.
  const type = dependencyTypes.find((known) => known === written) ?? 'optional'
  if (written !== '' && written !== type)
    entry.problem('type', `'${written}' is unknown: use ${dependencyTypes.join(', ')}`)
  return {
    packName: entry.text('packName', { required: true }),
    layer: entry.text('layer'),
    minVersion: entry.text('minVersion'),
    maxVersion: entry.text('maxVersion'),
    type,
  }
}

function readNeed(entry: FieldReader, prefix: string, problems: Problem[]): ResourceNeed {
  const written = entry.text('type', { required: true })
  const type = resourceTypes.find((known) => known === written)
  if (written !== '' && type === undefined)
    entry.problem('type', `'${written}' is unknown: use ${resourceTypes.join(', ')}`)
  return {
    type: type ?? 'cpu',
    // Of an unknown type nothing is asked.
    minLimit: type === undefined ? 0 : entry.number('minLimit'),
    components: type === undefined ? [] : entriesOf(entry, 'components', problems, prefix).map(readComponent),
  }
}

function readComponent(entry: FieldReader): ResourceComponent {
  const written = entry.text('scheduleType')
  const scheduleType = Object.hasOwn(scheduleTypes, written) ? scheduleTypes[written] : undefined
  if (written !== '' && scheduleType === undefined)
    entry.problem('scheduleType', `'${written}' is unknown: use ${Object.keys(scheduleTypes).join(', ')}`)
  return {
    request: entry.text('resourceRequestParamRef', { required: true }),
    replicas: entry.text('replicaCountParamRef'),
    scheduleType: scheduleType ?? 'worker',
  }
}
