import type { Operation } from '@atrium/api/operations/table.ts'
import { type Exchange, mapTexts, type Need, typeOf, valuesAt } from '../recorder/conversation.ts'
import type { ReplayWorld, WorldAnswer } from './world.ts'

/** Repeats recorded exchanges; remembers what the placeholders of one conversation stand for. */
export interface Replayer {
  /** Asks again what the client asked. Resolves to what is wrong with the answer; empty = the client gets what it needs. */
  repeat(exchange: Exchange): Promise<string[]>
}

const placeholder = /<(uid-\d+)>/g

export function createReplayer(world: ReplayWorld, operations: ReadonlyMap<string, Operation>): Replayer {
  const uids = new Map<string, string>()
  const fill = (text: string): string => text.replace(placeholder, (whole, name: string) => uids.get(name) ?? whole)

  const ask = (exchange: Exchange): Promise<WorldAnswer> => {
    const operation = operations.get(exchange.operation)
    if (!operation) throw new Error(`the contract has no operation ${exchange.operation}`)
    const request = mapTexts(exchange.request, fill) as Exchange['request']
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(request.params?.[name] ?? ''))
    const query = new URLSearchParams(request.query).toString()
    return world.send({
      method: operation.method,
      url: query === '' ? path : `${path}?${query}`,
      headers: {
        ...world.credentials,
        ...(request.scope === 'project' && world.project),
        ...(request.contentType !== undefined && { 'content-type': request.contentType }),
        accept: request.accept ?? 'application/json',
      },
      ...(request.body !== undefined && { body: textOf(request.body) }),
    })
  }
  const judge = (exchange: Exchange, answer: WorldAnswer): { problems: string[]; body: unknown } => {
    const expected = mapTexts(exchange.answer, fill) as Exchange['answer']
    const problems = differences({ status: expected.status, contentType: expected.contentType }, answer)
    if (problems.length > 0) return { problems: [...problems, answer.text.slice(0, 500)], body: null }
    const body = bodyOf(answer)
    const code = expected.code === undefined ? {} : { code: expected.code }
    const needs = Object.entries(expected.needs ?? {}).flatMap(([path, need]) => problemsOf(path, need, body))
    return { problems: [...differences(code, body as Record<string, unknown>), ...needs], body }
  }
  return {
    async repeat(exchange) {
      const first = await ask(exchange)
      let judged = judge(exchange, first)
      // A kubeconfig comes with its cluster, which the client need not have waited for.
      const comesLater = exchange.awaited || (exchange.answer.needs?.[''] && first.status === 404)
      if (comesLater && judged.problems.length > 0) {
        await world.settle()
        judged = judge(exchange, await ask(exchange))
      }
      for (const [name, path] of Object.entries(exchange.answer.captures ?? {})) {
        const [uid] = valuesAt(judged.body, path)
        if (typeof uid === 'string') uids.set(name, uid)
        else judged.problems.push(`${path}: no uid, and later requests use it`)
      }
      return judged.problems
    },
  }
}

/** A text is a body that is no JSON. */
const textOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body))

/** Parsed when it is JSON; null = empty. */
function bodyOf({ contentType, text }: WorldAnswer): unknown {
  if (text === '') return null
  return contentType === 'application/json' ? JSON.parse(text) : text
}

const differences = (expected: object, found: object): string[] =>
  Object.entries(expected)
    .filter(([key, value]) => (found as Record<string, unknown>)[key] !== value)
    .map(([key, value]) => `${key}: ${String((found as Record<string, unknown>)[key])} instead of ${value}`)

function problemsOf(path: string, need: Need, body: unknown): string[] {
  const found = valuesAt(body, path)
  if ('absent' in need) return found.length === 0 ? [] : [`${path}: ${JSON.stringify(found)}, where nothing may be`]
  if ('is' in need)
    return stable(inOrder(found)) === stable(inOrder(need.is))
      ? []
      : [`${path}: ${JSON.stringify(found)} instead of ${JSON.stringify(need.is)}`]
  if (found.length === 0) return [`${path || 'body'}: nothing, where the client needs a ${need.type}`]
  return found.every((value) => typeOf(value) === need.type) ? [] : [`${path}: not always a ${need.type}`]
}

/** Uids are made by chance, and what lists them in their order has another one each time: clients take them as a set. */
const inOrder = (values: readonly unknown[]): readonly unknown[] =>
  values.every((value) => typeof value === 'string' && /^[0-9a-f]{24}$/.test(value)) ? values.toSorted() : values

/** JSON with sorted keys: the order of keys means nothing. */
const stable = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) =>
    one !== null && typeof one === 'object' && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  )
