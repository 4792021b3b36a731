import { mapTexts } from './conversation.ts'
import type { ReadExchange } from './read-exchange.ts'

const uid = /(?<![0-9a-f])[0-9a-f]{24}(?![0-9a-f])/g

/**
 * Puts placeholders where requests and comparisons hold uids, and notes in which answer each is first found.
 * Throws when a request holds a uid that no earlier answer gave: the conversation could not be repeated.
 */
export function putPlaceholders(all: ReadExchange[]): void {
  const names = new Map<string, string>()
  const sources = new Map<string, { at: number; path: string }>()
  const nameOf = (value: string): string => {
    const source = sources.get(value)
    const from = source && all[source.at]
    if (!from) return value
    const name = names.get(value) ?? `uid-${names.size + 1}`
    names.set(value, name)
    from.exchange.answer.captures = { ...from.exchange.answer.captures, [name]: source.path }
    return `<${name}>`
  }
  const replace = (text: string): string => text.replace(uid, nameOf)
  for (const [at, read] of all.entries()) {
    const { exchange } = read
    exchange.request = mapTexts(exchange.request, replace) as typeof exchange.request
    const unknown = JSON.stringify(exchange.request).match(uid)
    if (unknown) throw new Error(`${exchange.operation} is asked about ${unknown[0]}, which no answer gave`)
    for (const [path, need] of Object.entries(exchange.answer.needs ?? {})) {
      if (!('is' in need)) continue
      const values = mapTexts(need.is, replace) as unknown[]
      const isNew = uid.test(JSON.stringify(values))
      uid.lastIndex = 0
      // A uid that is first seen here can only be held to its type.
      if (exchange.answer.needs) exchange.answer.needs[path] = isNew ? { type: 'string' } : { is: values }
    }
    for (const [value, path] of uidsIn(read.answer)) if (!sources.has(value)) sources.set(value, { at, path })
  }
}

function uidsIn(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return value.match(uid)?.[0] === value ? [[value, path]] : []
  if (Array.isArray(value)) return value.flatMap((one, index) => uidsIn(one, `${path}[${index}]`))
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, one]) => uidsIn(one, path === '' ? key : `${path}.${key}`))
}
