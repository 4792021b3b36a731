import { type ErrorCode, errorStatus } from '@atrium/api/errors.ts'
import type { FuzzRequest } from './request.ts'
import type { FuzzAnswer } from './send.ts'

/** An error tells what is wrong; it does not send back what it was sent. */
const longestError = 32 * 1024
/** Codes that always are about one part of the request. */
const aboutFields: readonly string[] = ['InvalidRequest', 'DuplicateName'] satisfies ErrorCode[]

/** What is wrong with an answer; null = nothing. That successes fit the contract, the response guard has seen to. */
export function problemOf({ method, headers: asked }: FuzzRequest, answer: FuzzAnswer | null): string | null {
  if (answer === null) return 'no answer'
  const { status, text, headers } = answer
  if (status >= 500) return `status ${status}: ${text.slice(0, 500)}`
  if (status < 400) return null
  if (method === 'HEAD') return null
  if (text.length > longestError) return `an error of ${text.length} characters: ${text.slice(0, 200)}`
  // A browser on its way to an identity provider is answered with a page.
  if (asked.includes('text/html') && String(headers['content-type']).startsWith('text/html')) return null
  if (!String(headers['content-type']).startsWith('application/json')) return `an error as ${headers['content-type']}`
  return errorProblem(status, text)
}

function errorProblem(status: number, text: string): string | null {
  let body: Record<string, unknown>
  try {
    body = JSON.parse(text)
  } catch {
    return `an error that is no JSON: ${text.slice(0, 200)}`
  }
  const { code, message, ref, details } = body
  const known =
    typeof code === 'string' && Object.hasOwn(errorStatus, code) && errorStatus[code as ErrorCode] === status
  if (!known) return `code ${String(code)} under status ${status}`
  if (typeof message !== 'string' || message.trim() === '') return `${code} without a message`
  if (typeof ref !== 'string' || ref === '') return `${code} without a ref`
  if (aboutFields.includes(code as string) && !hasField(details)) return `${code} names no field: ${text.slice(0, 300)}`
  return null
}

function hasField(details: unknown): boolean {
  if (details === null || typeof details !== 'object') return false
  const { field, fields } = details as { field?: unknown; fields?: unknown }
  if (typeof field === 'string') return true
  return Array.isArray(fields) && fields.length > 0 && fields.every((one) => typeof one?.field === 'string')
}
