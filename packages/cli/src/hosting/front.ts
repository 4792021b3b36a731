import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { pipeline } from 'node:stream/promises'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { hasCode } from '@atrium/runtime/base/files.ts'
import type { Shown } from './certificate.ts'
import type { SignIn } from './sign-in.ts'

export interface FrontOptions {
  address: string
  port: number
  shown: Shown
  signIn: SignIn
  /** Where the registry itself listens, which asks nobody who they are. */
  socketFile: string
  clock: Clock
}

const PORT_GRACE_MS = 2_000
const PORT_LOOK_MS = 50
/** Without a byte in either direction. */
const SILENCE_MS = 120_000
const VERSION = { 'docker-distribution-api-version': 'registry/2.0' }
const READING = new Set(['GET', 'HEAD', 'OPTIONS'])
/** Of one connection; and what only we say. */
const NOT_PASSED =
  /^(connection|keep-alive|te|trailer|transfer-encoding|upgrade|authorization|proxy-.*|x-forwarded-.*|forwarded)$/

/**
 * What clients of a hosted registry talk to: TLS, and a user's name and password for everything. Who may only read gets no further
 * with anything that writes; all else is handed to the registry behind it as it is. Throws when it cannot listen.
 */
export async function openFront(options: FrontOptions): Promise<AsyncDisposable> {
  const { shown, address, port, clock } = options
  const agent = new Agent({ keepAlive: true })
  const tls = {
    cert: readFileSync(shown.certificateFile),
    key: readFileSync(shown.keyFile),
    minVersion: 'TLSv1.2',
  } as const
  // An image takes as long as it takes; silence does not.
  const server = createServer({ ...tls, requestTimeout: 0 }, (incoming, response) => {
    serve(options, agent, incoming, response).catch((error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      response.destroy()
    })
  })
  server.setTimeout(SILENCE_MS)
  for (const untilMs = clock.now() + PORT_GRACE_MS; ; await clock.sleep(PORT_LOOK_MS)) {
    try {
      server.listen({ host: address, port, exclusive: true })
      await once(server, 'listening')
      break
    } catch (error) {
      // A program that has just ended may hold its port for a moment longer: its last threads do.
      if (!hasCode(error, 'EADDRINUSE') || clock.now() >= untilMs) throw refusalOf(error, address, port)
    }
  }
  return {
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      agent.destroy()
      await closed
    },
  }
}

async function serve(
  { signIn, socketFile }: FrontOptions,
  agent: Agent,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const user = await signIn.userOf(incoming.headers.authorization)
  if (user === 'busy') return refuse(response, 429, 'TOOMANYREQUESTS', 'too many sign in at once')
  if (user === null) {
    response.setHeader('www-authenticate', 'Basic realm="Atrium pack registry"')
    return refuse(response, 401, 'UNAUTHORIZED', 'a name and a password are needed')
  }
  if (user.role === 'read' && !READING.has(incoming.method ?? ''))
    return refuse(response, 403, 'DENIED', `user ${user.name} may read, and nothing more`)
  await handOn(incoming, response, { socketPath: socketFile, agent })
}

/** As the distribution specification writes errors. What the client still sends is not read. */
function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  const isUnread = !READING.has(response.req.method ?? '')
  response.writeHead(status, {
    ...VERSION,
    'content-type': 'application/json',
    ...(isUnread && { connection: 'close' }),
  })
  response.end(JSON.stringify({ errors: [{ code, message }] }))
}

async function handOn(
  incoming: IncomingMessage,
  response: ServerResponse,
  to: { socketPath: string; agent: Agent },
): Promise<void> {
  const { method, url: path, headers } = incoming
  const onward = request({ ...to, method, path, headers: { ...passed(headers), 'x-forwarded-proto': 'https' } })
  response.on('close', () => onward.destroy())
  const answered = once(onward, 'response') as Promise<[IncomingMessage]>
  const sent = pipeline(incoming, onward)
  try {
    const [answer] = await answered
    response.writeHead(answer.statusCode ?? 502, passed(answer.headers))
    await pipeline(answer, response)
    await sent
  } catch {
    // Either end went: the client sees a connection that breaks, or that nobody answers.
    sent.catch(() => undefined)
    if (response.headersSent || response.destroyed) return void response.destroy()
    refuse(response, 502, 'UNAVAILABLE', 'the registry does not answer')
  }
}

const passed = (headers: IncomingHttpHeaders): IncomingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_PASSED.test(name)))

function refusalOf(error: unknown, address: string, port: number): unknown {
  const place = `port ${port} of ${address}`
  if (hasCode(error, 'EADDRINUSE'))
    return new Error(`${place} is taken. Stop what listens there, or choose another: --port`, { cause: error })
  if (hasCode(error, 'EACCES'))
    return new Error(`${place} may not be used by this user. Choose one above 1023: --port`, { cause: error })
  if (hasCode(error, 'EADDRNOTAVAIL'))
    return new Error(`This machine has no address ${address}. Give one of its own: --address`, { cause: error })
  return error
}
