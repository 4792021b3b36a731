import type { Operation } from '@atrium/api/operations/table.ts'
import type { Router } from '@atrium/server/apiserver/http/router.ts'
import { type Exchange, type Need, typeOf, valuesAt } from './conversation.ts'
import { needsOf, type OperationNeeds } from './needs.ts'
import type { RawExchange } from './proxy.ts'

const JSON_TYPE = 'application/json'

/** An exchange as it will be recorded, still with real uids. */
export interface ReadExchange {
  step: string
  exchange: Exchange
  /** Changes nothing: asked again, it may be left out. */
  isRead: boolean
  /** Not even what else was changed makes it worth asking again. */
  isConstant: boolean
  /** The whole answer; null without a body of JSON. */
  answer: unknown
}

/**
 * Turns what was on the wire into what matters of it. Throws when the contract does not know the request, when a status
 * is not the declared one, and when nobody said what the client needs of the answer.
 */
export function readExchange(heard: RawExchange, router: Router): ReadExchange {
  const raw = { ...heard, body: withoutKeys(heard.body), answer: withoutKeys(heard.answer) }
  const url = new URL(raw.url, 'https://server')
  const route = router.find(raw.method, url.pathname)
  if (route === null) throw new Error(`${raw.method} ${url.pathname} is not in the contract`)
  const { operation, params } = route
  const needs = needsOf[operation.id]
  if (needs === undefined) throw new Error(`needs.ts does not say what the client reads of ${operation.id}`)
  checkStatus(raw, operation)
  const answer = raw.answerType?.startsWith(JSON_TYPE) && raw.answer ? JSON.parse(raw.answer) : null
  return {
    step: raw.step,
    isRead: raw.method === 'GET' || (raw.method === 'POST' && raw.status === 200),
    isConstant: needs.constant === true,
    answer,
    exchange: {
      operation: operation.id,
      request: requestOf(raw, params, url.searchParams),
      answer: answerOf(raw, answer, needs),
      ...(needs.awaited && isReached(answer, needs.awaited) && { awaited: true }),
    },
  }
}

/** Whoever sees a private key in a recording looks for its owner. The client never reads one, it compares texts. */
const withoutKeys = (text: string): string =>
  text.replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*-----END [A-Z ]*PRIVATE KEY-----/g, 'PEM of a key')

function checkStatus({ status, method, url, answer }: RawExchange, operation: Operation): void {
  const declared = Object.keys(operation.responses).map(Number)
  const isError = status >= 400 && status < 500 && status !== 429
  if (!declared.includes(status) && !isError)
    throw new Error(`${method} ${url}: status ${status} instead of ${declared.join(', ')}\n${answer.slice(0, 500)}`)
}

function requestOf(raw: RawExchange, params: Record<string, string>, search: URLSearchParams): Exchange['request'] {
  const { headers, body } = raw
  const query = Object.fromEntries(search)
  return {
    ...(Object.keys(params).length > 0 && { params }),
    ...(Object.keys(query).length > 0 && { query }),
    scope: headers.projectuid === undefined ? 'tenant' : 'project',
    ...(headers['content-type'] !== undefined && { contentType: headers['content-type'] }),
    ...(headers.accept !== undefined && headers.accept !== JSON_TYPE && { accept: headers.accept }),
    // Anything but JSON goes as it was: a form holds its boundary.
    ...(body !== '' && { body: headers['content-type']?.startsWith(JSON_TYPE) ? (JSON.parse(body) as unknown) : body }),
  }
}

function answerOf(raw: RawExchange, answer: unknown, needs: OperationNeeds): Exchange['answer'] {
  const contentType = raw.answerType?.split(';')[0] ?? null
  if (raw.status >= 400) {
    const { code } = answer as { code: string }
    return { status: raw.status, contentType, code }
  }
  if (needs.text && raw.answer === '')
    throw new Error(`${raw.method} ${raw.url}: an empty body, where the client reads a text`)
  // The path of a whole body is the empty one.
  const found = needs.text ? [['', { type: 'string' }]] : answer === null ? [] : needEntries(answer, needs)
  return { status: raw.status, contentType, ...(found.length > 0 && { needs: Object.fromEntries(found) }) }
}

function needEntries(answer: unknown, needs: OperationNeeds): [string, Need][] {
  const { present = [], same = [], empty = [], awaited } = needs
  const isThere = awaited !== undefined && isReached(answer, awaited)
  const typed = [...present, ...((isThere && awaited.present) || [])].flatMap((path): [string, Need][] => {
    const [value] = valuesAt(answer, path)
    return value === undefined ? [] : [[path, { type: typeOf(value) }]]
  })
  const equal = same.map((path): [string, Need] => {
    const values = valuesAt(answer, path)
    return [path, values.length === 0 ? { absent: true } : { is: values }]
  })
  const absent = empty
    .filter((path) => valuesAt(answer, path).length === 0)
    .map((path): [string, Need] => [path, { absent: true }])
  const reached: [string, Need][] = awaited && isThere ? [[awaited.path, { is: [awaited.value] }]] : []
  return [...typed, ...equal, ...absent, ...reached]
}

const isReached = (answer: unknown, { path, value }: { path: string; value: unknown }): boolean =>
  valuesAt(answer, path)[0] === value
