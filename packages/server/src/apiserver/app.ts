import type { Operation } from '@atrium/api/operations/table.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { Registry } from 'prom-client'
import type { ServerContext } from '../context.ts'
import { admit } from './http/access.ts'
import { addBodyParser } from './http/body-parser.ts'
import { clientErrorHandler, headBytes, headTimeoutMs, requestTimeoutMs } from './http/client-errors.ts'
import { dispatcher, type Tools } from './http/dispatch.ts'
import { errorAnswer, sendError } from './http/errors.ts'
import { FairShare } from './http/fair-share.ts'
import { addLinkPage } from './http/link-page.ts'
import { addHealth, addObservation } from './http/observe.ts'
import { Projectors } from './http/projector.ts'
import { RateLimits, type Rates } from './http/rate-limits.ts'
import './http/request.ts'
import { Repeats } from './http/repeats.ts'
import { addResponseGuard } from './http/response-guard.ts'
import { Router } from './http/router.ts'
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
  /** What `/metrics` shows besides the API's own measurements. */
  metrics?: Registry
  /** Absent = whoever asks is answered, for tests. */
  rates?: Rates
  /** Proxies (addresses or CIDRs) whose `X-Forwarded-For` says who asks. */
  trustedProxies?: string[]
  /** Instead of the built handlers (tests). */
  operations?: RegisteredOperation[]
}

const bodyLimitBytes = 8 * 1024 * 1024
/** How often connections are looked at whose requests do not come. */
const lookMs = 5_000
const handshakeTimeoutMs = 20_000
/** Few, so that whoever comes next is soon served; enough that some can wait for the database while others compute. */
const fairShare = { atOnce: 6, presentMs: 1_000, holdMs: 250, waiting: 1_000 }

/**
 * Node copies a list of protocols for each connection, and each copy keeps a block of 64 KiB alive: 11 KiB for each idle agent
 * (measured with 600). A function is shared. Whoever offers no HTTP/1.1 is refused, as with a list.
 */
const chooseProtocol = ({ protocols }: { protocols: string[] }): string | undefined =>
  protocols.find((protocol) => protocol === 'http/1.1')

function createFastify(context: ServerContext, options: AppOptions): FastifyInstance {
  const connections = { maxHeaderSize: headBytes, headersTimeout: headTimeoutMs, connectionsCheckingInterval: lookMs }
  const settings = {
    logger: false,
    clientErrorHandler: clientErrorHandler(context),
    genReqId: () => context.random.bytes(8).toString('hex'),
    bodyLimit: options.bodyLimitBytes ?? bodyLimitBytes,
    ...(options.trustedProxies?.length && { trustProxy: options.trustedProxies }),
    requestTimeout: requestTimeoutMs,
    exposeHeadRoutes: false,
    frameworkErrors(error: Error, request: FastifyRequest, reply: FastifyReply) {
      const { status, body } = errorAnswer(error, request.id)
      return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(body))
    },
  }
  const tls = { ...connections, ALPNCallback: chooseProtocol, handshakeTimeout: handshakeTimeoutMs }
  return options.https
    ? (fastify({ ...settings, https: { ...options.https, ...tls } }) as FastifyInstance)
    : (fastify({ ...settings, http: connections }) as FastifyInstance)
}

/** Bodies are held in memory: nobody who has not signed in may fill it. */
const strangersBodyBytes = 64 * 1024

function checkStrangersBody({ headers }: FastifyRequest): void {
  const tooLarge = Number(headers['content-length'] ?? 0) > strangersBodyBytes
  if (!tooLarge && headers['transfer-encoding'] === undefined) return
  throw new AtriumError(
    'PayloadTooLarge',
    `Before signing in, a body has at most ${strangersBodyBytes} bytes and says so in Content-Length.`,
  )
}

type Handlers = Map<string, RegisteredOperation>

function handlersById(operations: RegisteredOperation[]): Handlers {
  const byId: Handlers = new Map()
  for (const operation of operations) {
    if (byId.has(operation.id)) throw new Error(`${operation.id} has two handlers`)
    byId.set(operation.id, operation)
  }
  return byId
}

/** Paths outside the contract answer as unbuilt operations do: 404 would tell clients that an object of theirs is gone. */
const unknownPath = (request: FastifyRequest): AtriumError =>
  new AtriumError('NotImplemented', `${request.method} on this path is not part of the API.`)

/** Finds the operation and admits the caller before the body is read; then runs the handler. */
function addOperations(app: FastifyInstance, tools: Tools, operations: Operation[], handlers: Handlers): void {
  const router = new Router(operations)
  const dispatchers = new Map(
    operations.flatMap((operation) => {
      const registered = handlers.get(operation.id)
      return registered ? [[operation.id, dispatcher(operation, registered, tools)] as const] : []
    }),
  )
  const onRequest = async (request: FastifyRequest): Promise<void> => {
    request.route = router.find(request.method, request.url.split('?', 1)[0] ?? '/')
    if (!request.route) throw unknownPath(request)
    const { operation } = request.route
    if (handlers.get(operation.id)?.access === 'public') checkStrangersBody(request)
    await admit(request, operation, handlers.get(operation.id), tools.context, tools.limits)
  }
  for (const url of ['/v1/*', '/atrium/v1/*']) {
    app.all(url, { onRequest }, async (request, reply) => {
      const dispatch = dispatchers.get(request.route?.operation.id ?? '')
      if (!dispatch) throw unknownPath(request)
      return dispatch(request, reply)
    })
  }
  // Before its body is read: nobody has signed in.
  app.addHook('onRequest', async (request) => {
    if (!request.is404) return
    tools.limits.stranger(request.ip)
    throw unknownPath(request)
  })
}

/** Streams would keep a closing server open for ever, and the connections they leave for another minute. */
function closingSignal(app: FastifyInstance): AbortSignal {
  const closing = new AbortController()
  app.addHook('preClose', async () => closing.abort())
  app.addHook('onResponse', async (request) => {
    if (closing.signal.aborted) request.raw.socket.destroySoon()
  })
  return closing.signal
}

/** The whole HTTP API: every operation of the contract, with its handler or as `NotImplemented`. */
export function createApp(context: ServerContext, options: AppOptions = {}): FastifyInstance {
  const app = createFastify(context, options)
  const { operations, schemas } = loadContract()
  const closing = closingSignal(app)
  const validators = new Validators(schemas)
  const shares = new FairShare(context.clock, fairShare)
  const registry = options.metrics ?? new Registry()
  const repeats = new Repeats(context.clock, context.identity)
  const limits = new RateLimits(context.clock, options.rates ?? { tenant: 0, address: 0 }, registry)
  const handlers = handlersById(options.operations ?? builtOperations)
  const tools: Tools = {
    context,
    schemas,
    validators,
    projectors: new Projectors(schemas),
    shares,
    limits,
    repeats,
    accessOf: (id) => handlers.get(id)?.access,
    closing,
  }

  app.addHttpMethod('GET', { hasBody: true, overrideExisting: true })
  for (const name of ['route', 'subject', 'operator', 'failure']) app.decorateRequest(name, null)
  app.decorateRequest('startedAt', 0)
  addBodyParser(app)
  addObservation(app, context, registry)
  if (options.onContractViolation) addResponseGuard(app, validators, options.onContractViolation)
  app.setErrorHandler(sendError)
  addHealth(app, context, registry)
  addLinkPage(app)
  addOperations(app, tools, operations, handlers)
  return app
}
