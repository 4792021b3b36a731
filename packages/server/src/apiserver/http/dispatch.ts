import { Readable } from 'node:stream'
import type { Operation, Schema } from '@atrium/api/operations/table.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Subject } from '../../auth/rights/subject.ts'
import type { ServerContext } from '../../context.ts'
import { type AccessOf, BrowserAnswer, Printed, type RegisteredOperation } from '../operation.ts'
import { unknownOf, withUnknown } from '../shapes/unknown.ts'
import { authenticate, projectHeader } from './access.ts'
import { isStorable } from './body-parser.ts'
import type { FairShare } from './fair-share.ts'
import { header } from './headers.ts'
import { sendVersion } from './if-match.ts'
import type { Projectors } from './projector.ts'
import type { RateLimits } from './rate-limits.ts'
import { keyHeader, type Repeats } from './repeats.ts'
import { successOf } from './table.ts'
import { invalidRequest, parameterSchema, type Validators } from './validators.ts'

/** What the app made once for all operations. */
export interface Tools {
  context: ServerContext
  validators: Validators
  projectors: Projectors
  schemas: Record<string, Schema>
  shares: FairShare
  repeats: Repeats
  limits: RateLimits
  accessOf: AccessOf
  /** Aborts when the server is about to close: open streams end. */
  closing: AbortSignal
}

const uidName = /uid$/i
const uidPattern = /^[\w.~-]{1,128}$/

/** A uid nobody can have is an object that does not exist: clients ask by name first, and 404 sends them on. */
function checkPath(operation: Operation, params: Record<string, string>): void {
  for (const [name, value] of Object.entries(params)) {
    if (uidName.test(name) && !uidPattern.test(value)) {
      throw new AtriumError('ResourceNotFound', `Nothing has the uid '${value.slice(0, 64).replace(/\p{Cc}/gu, '?')}'.`)
    }
    if (!isStorable(value)) {
      throw invalidRequest('path', [{ field: name, message: 'holds a character that cannot be stored' }])
    }
  }
  const enumerated = operation.parameters.filter((parameter) => parameter.in === 'path' && parameter.schema.enum)
  for (const { name, schema } of enumerated) {
    if (!schema.enum?.includes(params[name])) {
      throw invalidRequest('path', [{ field: name, message: `must be one of ${schema.enum?.join(', ')}` }])
    }
  }
}

/** Query as the contract types it: lists split, numbers and booleans converted, empty ones absent, unknown ones dropped. */
function readQuery(operation: Operation, raw: Record<string, unknown>, schema: Schema, validators: Validators) {
  const query: Record<string, unknown> = {}
  for (const { name, in: where, schema: type } of operation.parameters) {
    const value = where === 'query' ? raw[name] : undefined
    if (value === undefined || value === '') continue
    const texts = [value].flat().map(String)
    query[name] = type.type === 'array' ? texts.flatMap((text) => text.split(',')) : texts.at(-1)
    if (!texts.every(isStorable)) {
      throw invalidRequest('query', [{ field: name, message: 'holds a character that cannot be stored' }])
    }
  }
  const problems = validators.parameterProblems(schema, query)
  if (problems.length > 0) throw invalidRequest('query', problems)
  return query
}

function rootType(schema: Schema, schemas: Record<string, Schema>): string | undefined {
  const target = schema.$ref ? schemas[schema.$ref] : schema
  return [target?.type ?? []].flat()[0]
}

function readBody(operation: Operation, raw: unknown, { validators, schemas }: Tools): unknown {
  if (!operation.body) return operation.consumes ? raw : undefined
  const { schema, required } = operation.body
  if ((raw === undefined || raw === null) && required) {
    throw invalidRequest('body', [{ field: '', message: 'is missing' }])
  }
  const body = raw ?? (rootType(schema, schemas) === 'array' ? [] : {})
  const problems = validators.problems(schema, body)
  if (problems.length > 0) throw invalidRequest('body', problems)
  return body
}

function sendToBrowser(operation: Operation, answer: BrowserAnswer, reply: FastifyReply, projectors: Projectors) {
  for (const cookie of answer.cookies) reply.header('set-cookie', cookie)
  // Where one came from may hold what only the server may see.
  reply.header('referrer-policy', 'no-referrer')
  if (answer.location === null) return send(operation, answer.body, reply, projectors)
  return reply.code(303).header('cache-control', 'no-store').header('location', answer.location).send()
}

function send(operation: Operation, result: unknown, reply: FastifyReply, projectors: Projectors): FastifyReply {
  if (result instanceof BrowserAnswer) return sendToBrowser(operation, result, reply, projectors)
  const { status, schema } = successOf(operation)
  // Answers hold what only this caller may see.
  reply.code(status).header('cache-control', 'no-store')
  if (schema === null) return reply.send()
  if (operation.produces) {
    const isStream = result instanceof Readable
    reply.header('x-content-type-options', 'nosniff')
    return reply.type(operation.produces).send(isStream ? result : Buffer.from(result as string | Uint8Array))
  }
  const body = result instanceof Printed ? result.body : JSON.stringify(projectors.project(schema, result) ?? {})
  return reply.type('application/json; charset=utf-8').send(body)
}

function endOf(reply: FastifyReply, closing: AbortSignal): AbortSignal {
  // The client left while it was being admitted: `close` has been told already and comes no more.
  if (reply.raw.destroyed || closing.aborted) return AbortSignal.abort()
  const controller = new AbortController()
  const end = (): void => controller.abort()
  closing.addEventListener('abort', end)
  reply.raw.on('close', () => {
    closing.removeEventListener('abort', end)
    end()
  })
  return controller.signal
}

async function carryOut(
  { handler }: RegisteredOperation,
  given: { subject: Subject | null },
  context: ServerContext,
  repeats: Repeats,
): Promise<unknown> {
  try {
    return await handler(given, context)
  } catch (error) {
    if (!given.subject) throw error
    return repeats.answerTo(error, given.subject)
  }
}

/** The handler of one operation: read, run, answer. */
export function dispatcher(operation: Operation, registered: RegisteredOperation, tools: Tools) {
  const { context, validators, projectors, repeats } = tools
  const querySchema = parameterSchema(operation, 'query')
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const params = request.route?.params ?? {}
    checkPath(operation, params)
    const query = readQuery(operation, request.query as Record<string, unknown>, querySchema, validators)
    const body = readBody(operation, request.body, tools)
    let ended: AbortSignal | undefined
    const project = projectHeader(request)
    const subject =
      request.subject &&
      repeats.marked(operation, request.subject, { params, project, body, key: header(request, keyHeader) })
    // After the body was read: a slow client holds no place. Whoever is nobody yet has limits of their own.
    const leave = request.subject ? await tools.shares.enter(request.subject.tenant) : () => undefined
    const given = {
      params,
      query,
      body,
      ref: request.id,
      ip: request.ip,
      project,
      header: (name: string) => header(request, name),
      unknownOf: (name: string, value: unknown) => unknownOf(tools.schemas, name, value),
      print: (name: string, value: unknown) => projectors.print(name, value),
      keptOf: (name: string, value: object) =>
        projectors.project({ $ref: name }, withUnknown(value, unknownOf(tools.schemas, name, value))),
      checked: (name: string, value: unknown) => {
        const problems = validators.problemsOf(name, value)
        if (problems.length > 0) throw invalidRequest('file', problems)
        return value
      },
      // Most handlers never ask, for either.
      get search() {
        return /\?(.*)$/s.exec(request.url)?.[1] ?? ''
      },
      get signal() {
        return (ended ??= endOf(reply, tools.closing))
      },
      subject,
      operator: request.operator,
      resolveSubject: () => authenticate(request, context),
      accessOf: tools.accessOf,
    }
    try {
      const result = await carryOut(registered, given, context, repeats)
      if (subject) repeats.done(operation, subject, params, result)
      sendVersion(operation, subject, reply)
      return send(operation, result, reply, projectors)
    } finally {
      leave()
    }
  }
}
