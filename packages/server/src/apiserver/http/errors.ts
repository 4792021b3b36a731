import { type ErrorCode, errorStatus } from '@atrium/api/errors.ts'
import { AtriumError, messageOf } from '@atrium/runtime/base/errors.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { errorPage, isPageAsked } from './page.ts'
import './request.ts'

/** The one shape every error travels in. */
export interface ErrorBody {
  code: string
  message: string
  details: unknown
  ref: string
}

const statusOf = (error: unknown): number | undefined => {
  const status: unknown = error instanceof Error ? Reflect.get(error, 'statusCode') : undefined
  return typeof status === 'number' ? status : undefined
}

/** Which part of the request the framework's own errors are about. */
const frameworkFields: Record<string, string> = {
  FST_ERR_BAD_URL: 'path',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'Content-Type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'Content-Length',
}

/** Errors of the framework itself (bad URL, body too large, broken stream) as ours. */
function translate(error: unknown): AtriumError | null {
  if (error instanceof AtriumError) return error
  const status = statusOf(error)
  if (status === 413) return new AtriumError('PayloadTooLarge', 'The body is larger than this server takes.')
  if (status === undefined || status >= 500) return null
  const field = frameworkFields[codeOf(error)] ?? 'body'
  return new AtriumError('InvalidRequest', messageOf(error), { details: { field } })
}

const codeOf = (error: unknown): string => (error instanceof Error ? String(Reflect.get(error, 'code')) : '')

/** What is wrong was found by reading what was sent, and may hold all of it. */
const longestMessage = 8_000
const longestDetail = 4_000

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most).toWellFormed()}… (${text.length} characters)`

function cutDetails(value: unknown): unknown {
  if (typeof value === 'string') return cut(value, longestDetail)
  if (Array.isArray(value)) return value.map(cutDetails)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, cutDetails(part)]))
}

/** Status and body for anything thrown. Only an `AtriumError` speaks to the client; the rest stays in the log under `ref`. */
export function errorAnswer(error: unknown, ref: string): { status: number; body: ErrorBody } {
  const known = translate(error)
  // Lease losses belong to workers; one that gets here is a mistake of ours.
  const code: ErrorCode = known && known.code !== 'LeaseLost' ? known.code : 'InternalError'
  const message =
    known && code !== 'InternalError'
      ? cut(known.message, longestMessage)
      : 'Something failed on our side. The server log has it under this ref.'
  const details = known && code !== 'InternalError' ? cutDetails(known.details) : null
  return { status: errorStatus[code], body: { code, message, details, ref } }
}

/** Whole seconds, which every client reads; a date would ask for clocks that agree. */
function retryAfterOf(details: unknown): number | null {
  const seconds: unknown =
    details !== null && typeof details === 'object' ? Reflect.get(details, 'retryAfterSeconds') : null
  return typeof seconds === 'number' ? seconds : null
}

export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, body } = errorAnswer(error, request.id)
  request.failure = { code: body.code, error: status >= 500 ? error : null }
  const retryAfter = retryAfterOf(body.details)
  if (retryAfter !== null) reply.header('retry-after', retryAfter)
  if (isPageAsked(request)) return errorPage(reply.code(status), body)
  return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(body))
}
