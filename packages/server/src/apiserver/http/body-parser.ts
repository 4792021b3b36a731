import { AtriumError, messageOf } from '@atrium/runtime/base/errors.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import './request.ts'

const maxDepth = 100
const jsonType = /^application\/([\w.+-]+\+)?json\b/i

/** Nesting of the JSON text; texts that nest deeper than any document of ours would exhaust the stack of those who walk them. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (inString) {
      if (code === 92) index += 1
      else if (code === 34) inString = false
    } else if (code === 34) inString = true
    else if (code === 91 || code === 123) deepest = Math.max(deepest, (depth += 1))
    else if (code === 93 || code === 125) depth -= 1
  }
  return deepest
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

const invalid = (message: string, field = 'body'): AtriumError =>
  new AtriumError('InvalidRequest', message, { details: { field } })

function checkText(value: unknown, text: string): void {
  // Only an escape can bring such a character through a decoded text, so most texts need no walk.
  if (!/\\u(0000|d[89a-f])/i.test(text) && isStorable(text)) return
  const field = firstUnstorable(value, '')
  if (field !== null) throw invalid(`${field || 'The body'} holds a character that cannot be stored.`, field)
}

/** Reads a JSON text within the bounds of a document: how deep it nests, and which characters it holds. */
export function readDocument(text: string, parse: (text: string) => unknown): unknown {
  if (depthOf(text) > maxDepth) throw invalid(`The body nests deeper than ${maxDepth} levels.`)
  const value = parse(text)
  checkText(value, text)
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
