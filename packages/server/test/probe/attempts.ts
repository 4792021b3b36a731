import type { Operation, Schema } from '@atrium/api/operations/table.ts'
import { hintOf, sample } from './sample.ts'

/** One request of the probe. */
export interface Attempt {
  operation: Operation
  method: string
  /** Filled path with query. */
  url: string
  body: unknown
  headers: Record<string, string>
  /** The uid it tries; null when the operation identifies nothing. */
  target: string | null
}

const isUid = (name: string): boolean => /uids?$/i.test(name)
/** The first value of an enumeration. */
const firstOf = (schema: Schema | undefined): string | undefined =>
  schema?.enum?.find((value) => typeof value === 'string')
const plainValues: Record<string, string> = {
  cloudType: 'local',
  machinePoolName: 'workers',
  macroName: 'mark',
  packName: 'probe',
  objectKind: 'spectrocluster',
  number: '2',
  component: 'ClusterHealth',
  type: 'minio',
}

interface Given {
  schemas: Record<string, Schema>
  uids: Record<string, string>
  /** Uids to put where a name does not tell what it identifies. */
  targets: string[]
  project: string
}

function fill(operation: Operation, uids: Record<string, string>, target: string): string {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const { schema } =
      operation.parameters.find((parameter) => parameter.in === 'path' && parameter.name === name) ?? {}
    const hint = name === 'uid' ? null : hintOf(name)
    const uid = hint && uids[hint] ? uids[hint] : target
    return encodeURIComponent(isUid(name) ? uid : (firstOf(schema) ?? plainValues[name] ?? target))
  })
  const query = operation.parameters
    .filter((parameter) => parameter.in === 'query' && (isUid(parameter.name) || parameter.required))
    .map(({ name, schema }) => `${name}=${encodeURIComponent(firstOf(schema) ?? uids[hintOf(name) ?? ''] ?? target)}`)
  return query.length > 0 ? `${path}?${query.join('&')}` : path
}

/** The requests that try one operation: every target where something is identified, else one. */
export function attemptsFor(operation: Operation, given: Given): Attempt[] {
  const identifies = operation.parameters.some((parameter) => parameter.in !== 'formData' && isUid(parameter.name))
  const targets = identifies ? given.targets : given.targets.slice(0, 1)
  const body = operation.body ? sample(given.schemas, operation.body.schema, given.uids) : undefined
  return targets.flatMap((target) => {
    const attempt = {
      operation,
      method: operation.method,
      url: fill(operation, given.uids, target),
      body,
      target: identifies ? target : null,
    }
    const scoped = { ...attempt, headers: { ProjectUid: given.project } }
    // What the path does not identify depends on the scope alone: try both.
    return identifies ? [scoped] : [scoped, { ...attempt, headers: {} }]
  })
}
