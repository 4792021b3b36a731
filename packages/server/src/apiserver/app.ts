import { AtriumError } from '@atrium/runtime/base/errors.ts'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { Registry } from 'prom-client'
import type { ServerContext } from '../context.ts'
import { admit } from './http/access.ts'
import { addBodyParser } from './http/body-parser.ts'
import { dispatcher, type Tools } from './http/dispatch.ts'
import { errorAnswer, sendError } from './http/errors.ts'
import { addHealth, addObservation } from './http/observe.ts'
import { Projectors } from './http/projector.ts'
import { addResponseGuard } from './http/response-guard.ts'
import { loadContract } from './http/table.ts'
import { Validators } from './http/validators.ts'
import type { RegisteredOperation } from './operation.ts'
import { operations as builtOperations } from './operations/index.ts'

export interface AppOptions {
  /** TLS material; absent = plain HTTP, for tests and behind a terminating proxy. */
  https?: { key: string | Buffer; cert: string | Buffer }
  /** Largest body that is read. */
  bodyLimitBytes?: number
  /** Checks each answer against the contract (tests): called with what is wrong. */
  onContractViolation?: (message: string) => void
  /** Instead of the built handlers (tests). */
  operations?: RegisteredOperation[]
}

const bodyLimitBytes = 8 * 1024 * 1024
const requestTimeoutMs = 60_000

function createFastify(context: ServerContext, options: AppOptions): FastifyInstance {
  const settings = {
    logger: false,
    genReqId: () => context.random.bytes(8).toString('hex'),
    bodyLimit: options.bodyLimitBytes ?? bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 512, ignoreDuplicateSlashes: false },
    frameworkErrors(error: Error, request: FastifyRequest, reply: FastifyReply) {
      const { status, body } = errorAnswer(error, request.id)
      return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(body))
    },
  }
  return options.https
    ? (fastify({ ...settings, https: options.https }) as FastifyInstance)
    : (fastify(settings) as FastifyInstance)
}

/** Paths outside the contract answer as unbuilt ones do: 404 would tell clients that an object of theirs is gone. */
async function unknownRoute(request: FastifyRequest): Promise<never> {
  throw new AtriumError('NotImplemented', `${request.method} on this path is not part of the API.`)
}

function handlersById(operations: RegisteredOperation[]): Map<string, RegisteredOperation> {
  const byId = new Map<string, RegisteredOperation>()
  for (const operation of operations) {
    if (byId.has(operation.id)) throw new Error(`${operation.id} has two handlers`)
    byId.set(operation.id, operation)
  }
  return byId
}

/**
 * The whole HTTP API: every operation of the contract, with its handler or as `NotImplemented`. Call `listen`, or
 * `inject` in tests. `app.contractSchemas` are the schemas it serves.
 */
export function createApp(context: ServerContext, options: AppOptions = {}): FastifyInstance {
  const app = createFastify(context, options)
  const { operations, schemas } = loadContract()
  const tools: Tools = { context, schemas, validators: new Validators(schemas), projectors: new Projectors(schemas) }
  const registry = new Registry()
  const handlers = handlersById(options.operations ?? builtOperations)

  app.addHttpMethod('GET', { hasBody: true, overrideExisting: true })
  app.decorateRequest('subject', null)
  app.decorateRequest('failure', null)
  app.decorateRequest('startedAt', 0)
  addBodyParser(app)
  addObservation(app, context, registry)
  if (options.onContractViolation) addResponseGuard(app, tools.validators, options.onContractViolation)
  app.setErrorHandler(sendError)
  app.setNotFoundHandler(unknownRoute)
  addHealth(app, context, registry)

  for (const operation of operations) {
    const registered = handlers.get(operation.id)
    app.route({
      method: operation.method,
      url: operation.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      config: { operation },
      onRequest: (request) => admit(request, operation, registered, context),
      handler: registered ? dispatcher(operation, registered, tools) : unknownRoute,
    })
  }
  return app
}
