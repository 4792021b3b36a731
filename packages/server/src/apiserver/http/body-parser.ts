import { AtriumError, messageOf } from '@atrium/runtime/base/errors.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import './request.ts'

const maxDepth = 100
const maxEntries = 10_000
const jsonType = /^application\/([\w.+-]+\+)?json\b/i

interface Extent {
  /** Levels of nesting; texts that nest deeper than any document of ours would exhaust the stack of those who walk them. */
  depth: number
  /** Of the list or object with most entries. */
  entries: number
}

/** How deep and how wide a JSON text is, told without making anything of it. */
function extentOf(text: string): Extent {
  const open: number[] = []
  const extent = { depth: 0, entries: 0 }
  let inString = false
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (inString) {
      if (code === 92) index += 1
      else if (code === 34) inString = false
    } else if (code === 34) inString = true
    else if (code === 91 || code === 123) extent.depth = Math.max(extent.depth, open.push(1))
    else if (code === 93 || code === 125) open.pop()
    else if (code === 44 && open.length > 0) {
      const entries = (open.at(-1) ?? 0) + 1
      open[open.length - 1] = entries
      extent.entries = Math.max(extent.entries, entries)
    }
  }
  return extent
}

/** Where the first list or object stands that has too many entries. */
function firstTooWide(value: unknown, path: string): string | null {
  if (value === null || typeof value !== 'object') return null
  const entries = Object.entries(value)
  if (entries.length > maxEntries) return path
  for (const [key, part] of entries) {
    const found = firstTooWide(part, path ? `${path}.${key}` : key)
    if (found !== null) return found
  }
  return null
}

/** Text that PostgreSQL can hold: no NUL, no half of a surrogate pair. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

function firstUnstorable(value: unknown, path: string): string | null {
  if (typeof value === 'string') return isStorable(value) ? null : path
  if (value === null || typeof value !== 'object') return null
  for (const [key, part] of Object.entries(value)) {
    const found = isStorable(key) ? firstUnstorable(part, path ? `${path}.${key}` : key) : path
    if (found !== null) return found
  }
  return null
}

/** Where a key stands that would change the prototype of what is made of the value. */
function firstPrototype(value: unknown, path: string): string | null {
  if (value === null || typeof value !== 'object') return null
  for (const [key, part] of Object.entries(value)) {
    const place = path ? `${path}.${key}` : key
    if (key === '__proto__') return place
    if (key === 'constructor' && part !== null && typeof part === 'object' && Object.hasOwn(part, 'prototype'))
      return place
    const found = firstPrototype(part, place)
    if (found !== null) return found
  }
  return null
}

const invalid = (message: string, field = 'body'): AtriumError =>
  new AtriumError('InvalidRequest', message, { details: { field } })

function checkText(value: unknown, text: string): void {
  // Only an escape can bring such a character through a decoded text, so most texts need no walk.
  if (!/\\u(0000|d[89a-f])/i.test(text) && isStorable(text)) return
  const field = firstUnstorable(value, '')
  if (field !== null) throw invalid(`${field || 'The body'} holds a character that cannot be stored.`, field)
}

/** Reads a JSON text within the bounds of a document: how deep it nests, how wide it is, which characters and keys it holds. */
export function readDocument(text: string, parse: (text: string) => unknown): unknown {
  const { depth, entries } = extentOf(text)
  if (depth > maxDepth) throw invalid(`The body nests deeper than ${maxDepth} levels.`)
  const value = parse(text)
  // A key that comes twice is one entry of what was read.
  const wide = entries > maxEntries ? firstTooWide(value, '') : null
  if (wide !== null) throw invalid(`${wide || 'The body'} has more than ${maxEntries} entries.`, wide || 'body')
  checkText(value, text)
  const key = /__proto__|constructor|\\u/.test(text) ? firstPrototype(value, '') : null
  if (key !== null) throw invalid(`${key} would change an object's prototype. Give it another name.`, key)
  return value
}

/** The position of the mistake, which the framework's parser does not tell. */
function whyNotJson(text: string): string {
  try {
    JSON.parse(text)
  } catch (error) {
    return messageOf(error)
  }
  return "it holds a property that would change an object's prototype."
}

/**
 * One parser for every content type. JSON unless the operation says otherwise; clients made from the contract send
 * `Content-Type: application/json` with no body at all, on every method, which is `undefined` here.
 */
export function addBodyParser(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  // The framework's parser refuses `__proto__` and `constructor.prototype`.
  const parseJson = app.getDefaultJsonParser('error', 'error')
  const parse = (request: FastifyRequest, text: string): unknown => {
    let outcome: { error: Error | null; value: unknown } = { error: null, value: undefined }
    void parseJson(request, text, (error, value: unknown) => {
      outcome = { error, value }
    })
    if (outcome.error) throw invalid(`The body is not valid JSON: ${whyNotJson(text)}`)
    return outcome.value
  }
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    if (body.length === 0) return undefined
    if (request.route?.operation.consumes) return body
    const type = request.headers['content-type']
    if (type !== undefined && !jsonType.test(type)) {
      throw invalid('The body must be JSON (Content-Type: application/json).', 'Content-Type')
    }
    return readDocument(body.toString('utf8'), (text) => parse(request, text))
  })
}
