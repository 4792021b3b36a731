import { type ErrorCode, errorStatus } from '@atrium/api/errors.ts'
import type { Operation } from '@atrium/api/operations/table.ts'
import type { FastifyInstance } from 'fastify'
import { isPageAsked } from './page.ts'
import './request.ts'
import type { Validators } from './validators.ts'

const contentTypeOf = (value: unknown): string => (typeof value === 'string' ? (value.split(';')[0] ?? '') : '')

function errorProblem(status: number, type: string, payload: unknown): string | null {
  if (type !== 'application/json') return `an error travels as ${type}`
  const body = JSON.parse(String(payload)) as { code?: string }
  const expected = errorStatus[body.code as ErrorCode]
  return expected === status ? null : `code ${body.code} travels under status ${status}`
}

function successProblem(operation: Operation, status: number, type: string, payload: unknown, validators: Validators) {
  const schema = operation.responses[status]
  if (schema === undefined) return `status ${status} is not declared`
  if (schema === null) return payload === undefined || payload === '' ? null : 'a body where none is declared'
  const expected = operation.produces ?? 'application/json'
  if (type !== expected) return `content type ${type} instead of ${expected}`
  if (operation.produces) return null
  const problems = validators.problems(schema, JSON.parse(String(payload)))
  return problems.length === 0 ? null : JSON.stringify(problems)
}

/**
 * Checks every answer against the contract: declared status, content type, schema, and that an error's code belongs to
 * its status. For tests; a violation replaces the answer by a 500 that says what is wrong, and is passed to `onViolation`.
 */
export function addResponseGuard(
  app: FastifyInstance,
  validators: Validators,
  onViolation: (message: string) => void,
): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const operation = request.route?.operation
    if (!operation) return payload
    const type = contentTypeOf(reply.getHeader('content-type'))
    const problem =
      reply.statusCode >= 400 && isPageAsked(request)
        ? null
        : reply.statusCode >= 400
          ? errorProblem(reply.statusCode, type, payload)
          : successProblem(operation, reply.statusCode, type, payload, validators)
    if (problem === null) return payload
    onViolation(`${operation.id}: ${problem}`)
    reply.code(500).type('application/json')
    return JSON.stringify({
      code: 'InternalError',
      message: `${operation.id}: ${problem}`,
      details: null,
      ref: request.id,
    })
  })
}
