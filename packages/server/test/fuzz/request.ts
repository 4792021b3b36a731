import type { Operation, Schema } from '@atrium/api/operations/table.ts'
import { breakHeaders, breakPath, breakQuery } from './break-around.ts'
import { breakValue, spoil } from './break-body.ts'
import { Dice } from './dice.ts'
import { bodyFrom } from './recorded.ts'
import { type Given, textFor, uidFor, valueOf } from './values.ts'

/** One case. */
export interface FuzzRequest {
  index: number
  operation: Operation
  method: string
  /** Path and query as on the wire. */
  path: string
  /** Names and values in turn. */
  headers: string[]
  body: Buffer | null
  /** What was done to a request that fits. */
  changes: string[]
}

/** What all cases are made of. */
export interface Source {
  seed: number
  operations: readonly Operation[]
  schemas: Record<string, Schema>
  /** Bodies of real clients, by operation. */
  recorded: ReadonlyMap<string, unknown[]>
}

/** Whom and what this world has. */
export interface World {
  uids: Record<string, string>
  project: string
  admin: string
  operator: string
}

/** The case of this number: the same for ever, but for the uids of the world. */
export function requestFor(source: Source, world: World, index: number): FuzzRequest {
  const dice = new Dice(source.seed, index)
  const operation = chosen(source.operations, dice)
  const given = { schemas: source.schemas, uids: world.uids, dice, index }
  const changes: string[] = []
  const note = <T extends { change: string }>(made: T): T => {
    changes.push(made.change)
    return made
  }
  let path = pathOf(operation, given)
  let query = queryOf(operation, given)
  const headers = headersOf(operation, world, dice)
  let body = bodyOf(operation, source, given)
  let sent: Buffer | null = null
  let method: string = operation.method
  for (let left = dice.chance(0.3) ? 0 : dice.of([1, 1, 2, 3]); left > 0; left -= 1) {
    const what = dice.below(100)
    if (body !== undefined && what < 60) ({ body } = note(breakValue(body, dice)))
    else if (what < 68) sent = note(spoil(JSON.stringify(body ?? {}), dice)).body
    else if (what < 80) query = note(breakQuery(query, namesOf(operation, 'query'), dice)).query
    else if (what < 90) ({ path } = note(breakPath(path, dice)))
    else if (what < 98) headers.push(...note(breakHeaders(dice)).headers)
    else ({ method } = note(otherMethod(dice)))
  }
  return {
    index,
    operation,
    method,
    path: query.length > 0 ? `${path}?${query.join('&')}` : path,
    headers,
    body: sent ?? (body === undefined ? null : Buffer.from(JSON.stringify(body) ?? '')),
    changes,
  }
}

/** Deletions are few: what is gone cannot be reached any more. */
function chosen(operations: readonly Operation[], dice: Dice): Operation {
  const found = dice.of(operations)
  return found.method === 'DELETE' && dice.chance(0.8) ? chosen(operations, dice) : found
}

const namesOf = ({ parameters }: Operation, where: string): string[] =>
  parameters.filter((parameter) => parameter.in === where).map(({ name }) => name)

function pathOf({ path, parameters }: Operation, given: Given): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const { schema } = parameters.find((parameter) => parameter.in === 'path' && parameter.name === name) ?? {}
    // What `uid` names is told by the noun before it.
    const noun = name === 'uid' ? (path.split('/{uid}')[0]?.split('/').at(-1) ?? name) : name
    if (/uid$/i.test(name)) return uidFor(given, noun)
    return encodeURIComponent(String(schema?.enum ? given.dice.of(schema.enum) : textFor(given, name)))
  })
}

const queryOf = ({ parameters }: Operation, given: Given): string[] =>
  parameters
    .filter((parameter) => parameter.in === 'query' && (parameter.required === true || given.dice.chance(0.4)))
    .map(({ name, schema }) => {
      const value = schema.type === 'string' ? textFor(given, name) : valueOf(given, schema, name)
      return `${name}=${encodeURIComponent(String(value))}`
    })

/** Mostly the administrator, who gets through to the handlers; now and then somebody else or nobody. */
function headersOf(operation: Operation, world: World, dice: Dice): string[] {
  const who = dice.below(100)
  const credentials =
    who < 93
      ? ['ApiKey', world.admin]
      : who < 95
        ? ['Authorization', `Bearer ${world.operator}`]
        : who < 97
          ? ['ApiKey', dice.of(['x', 'deadbeef.wrong', world.admin.slice(0, -1)])]
          : []
  const type = operation.consumes === undefined || dice.chance(0.3) ? 'application/json' : operation.consumes
  return [...credentials, ...(dice.chance(0.75) ? ['ProjectUid', world.project] : []), 'Content-Type', type]
}

function bodyOf(operation: Operation, { recorded }: Source, given: Given): unknown {
  if (operation.body === undefined) return operation.consumes === undefined ? undefined : { file: 'text' }
  if (!operation.body.required && given.dice.chance(0.3)) return undefined
  const known = recorded.get(operation.id)
  if (known !== undefined && given.dice.chance(0.6)) return bodyFrom(given, given.dice.of(known))
  return valueOf(given, operation.body.schema)
}

function otherMethod(dice: Dice): { method: string; change: string } {
  const method = dice.of(['HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'POST', 'GET', 'TRACE', 'PROPFIND'])
  return { method, change: `method ${method}` }
}
