import { createHash } from 'node:crypto'
import { lookup as systemLookup } from 'node:dns'
import { isIP } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createSecureContext, getCACertificates } from 'node:tls'
import { Agent, type Dispatcher, request as send } from 'undici'
import { messageOf } from '../base/errors.ts'
import { addressRule } from './addresses.ts'
import { boundedStream, discardBody, readAll } from './body.ts'
import { EgressError } from './error.ts'
import { denied, guardedLookup } from './guarded-lookup.ts'

export interface EgressRequest {
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  headers?: Record<string, string>
  body?: string | Buffer | Readable
  /** PEM bundle this target's certificate is checked against, instead of the system's. */
  caBundle?: string
  /** PEM of authorities that are trusted beside the system's, wherever redirects lead. Where a `caBundle` is given, that alone counts. */
  alsoTrusted?: string
  /** For the whole exchange, body included. */
  timeoutMs?: number
  maxBytes?: number
  /** How many redirects to follow; each is checked like the first request, and credentials stay with their origin. */
  redirects?: number
  signal?: AbortSignal
}

export interface EgressResponse {
  status: number
  headers: Record<string, string>
  /** Where the answer came from, after redirects. */
  url: string
  /** The body as it arrives; fails with `too-large` beyond the limit. Read it or call `discard`. */
  stream: Readable
  /** Rejects with `EgressError`, as `request` does; so does `text`. */
  bytes(): Promise<Buffer>
  text(): Promise<string>
  /** Hands the body on piece by piece: nothing is kept. Rejects with `EgressError` when it breaks off; failures of `target` are its own. */
  pipeTo(target: Writable): Promise<void>
  discard(): void
}

/** The one way out: every outgoing HTTP request of the product to an address a tenant or a foreign server named. */
export interface Egress {
  request(url: string, options?: EgressRequest): Promise<EgressResponse>
  close(): Promise<void>
}

export interface EgressOptions {
  /** CIDRs outside the public internet that may be dialled, e.g. `127.0.0.0/8` for a registry on this machine. */
  allowedRanges: readonly string[]
  /** `http:` is refused unless this is set. */
  allowPlainHttp: boolean
  timeoutMs: number
  maxBytes: number
  /** Resolver to use in tests. */
  lookup?: typeof systemLookup
}

const REDIRECT_STATUS = new Set([301, 302, 303, 307, 308])
const CREDENTIAL_HEADERS = new Set(['authorization', 'cookie', 'proxy-authorization', 'x-api-key', 'apikey'])
const MAX_AGENTS = 64

export const createEgress = (options: EgressOptions): Egress => {
  const permits = addressRule(options.allowedRanges)
  const agents = new Map<string, Agent>()
  const lookup = guardedLookup(permits, options.lookup ?? systemLookup)

  /** One connection pool for each set of authorities, so that trust in one target is never trust in another. */
  const agentFor = (trust: Trust): Agent => {
    const key = keyOf(trust)
    const found = agents.get(key)
    if (found) return found
    if (agents.size >= MAX_AGENTS) dropOldest(agents)
    const agent = new Agent({ connect: { lookup, ...tlsOf(trust) } })
    agents.set(key, agent)
    return agent
  }

  const checkUrl = (target: URL): void => {
    if (target.protocol !== 'https:' && !(target.protocol === 'http:' && options.allowPlainHttp))
      throw new EgressError('denied', `${target.origin}: only https is allowed.`)
    if (target.username || target.password)
      throw new EgressError('denied', `${target.host}: credentials must not be part of the address.`)
    const host = target.hostname.replace(/^\[|\]$/g, '')
    if (isIP(host) !== 0 && !permits(host)) throw denied(target.host, host)
  }

  const once = async (target: URL, call: EgressRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> => {
    checkUrl(target)
    try {
      return await send(target, {
        method: call.method ?? 'GET',
        headers: call.headers ?? {},
        body: call.body ?? null,
        dispatcher: agentFor(call),
        signal,
      })
    } catch (error) {
      throw asEgressError(target, error, signal)
    }
  }

  return {
    async request(url, call = {}) {
      const timeout = AbortSignal.timeout(call.timeoutMs ?? options.timeoutMs)
      const signal = call.signal ? AbortSignal.any([timeout, call.signal]) : timeout
      let target = parseUrl(url)
      let current = call
      for (let left = call.redirects ?? 0; ; left -= 1) {
        const response = await once(target, current, signal)
        const location = REDIRECT_STATUS.has(response.statusCode) ? headerOf(response, 'location') : undefined
        if (!location || call.redirects === undefined)
          return answer(target, response, {
            method: current.method,
            maxBytes: call.maxBytes ?? options.maxBytes,
            signal,
          })
        discardBody(response.body)
        if (left <= 0) throw new EgressError('redirect', `${target.host}: more than ${call.redirects} redirects.`)
        const next = parseUrl(location, target)
        current = redirected(current, response.statusCode, target.origin === next.origin)
        target = next
      }
    },
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()))
    },
  }
}

/** The same way out, where these authorities (PEM) are trusted too. */
export const trusting = (egress: Egress, alsoTrusted: string): Egress => ({
  ...egress,
  request: (url, call) => egress.request(url, { ...call, alsoTrusted }),
})

type Trust = Pick<EgressRequest, 'caBundle' | 'alsoTrusted'>

const keyOf = ({ caBundle, alsoTrusted }: Trust): string => {
  const [name, pem] = caBundle ? ['only', caBundle] : ['also', alsoTrusted]
  return pem ? `${name} ${createHash('sha256').update(pem).digest('hex')}` : 'system'
}

/** Authorities are read once for a pool: with the system's they are some 150, which each connection would read anew. */
const tlsOf = ({ caBundle, alsoTrusted }: Trust): object => {
  if (caBundle) return { ca: caBundle }
  if (!alsoTrusted) return {}
  const ca = [...getCACertificates('default'), alsoTrusted]
  // Who trusts an intermediate authority need not have the one above it.
  return { secureContext: createSecureContext({ ca, allowPartialTrustChain: true }) }
}

const parseUrl = (url: string, base?: URL): URL => {
  try {
    return new URL(url, base)
  } catch {
    throw new EgressError('denied', 'The address is no valid URL.')
  }
}

const redirected = (call: EgressRequest, status: number, sameOrigin: boolean): EgressRequest => {
  const headers = Object.fromEntries(
    Object.entries(call.headers ?? {}).filter(([name]) => sameOrigin || !CREDENTIAL_HEADERS.has(name.toLowerCase())),
  )
  const { body, caBundle, ...rest } = call
  const keepsMethod = status === 307 || status === 308 || call.method === 'HEAD'
  if (keepsMethod && body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body))
    throw new EgressError('redirect', 'A streamed body cannot follow a redirect.')
  return {
    ...rest,
    headers,
    ...(keepsMethod ? (body === undefined ? {} : { body }) : { method: 'GET' as const }),
    ...(sameOrigin && caBundle ? { caBundle } : {}),
  }
}

const answer = (
  target: URL,
  response: Dispatcher.ResponseData,
  { method, maxBytes, signal }: { method: EgressRequest['method']; maxBytes: number; signal: AbortSignal },
): EgressResponse => {
  const { body } = response
  const isBodiless = method === 'HEAD'
  // It may break off before anybody reads it; whoever does is told.
  body.on('error', () => undefined)
  let gate: Readable | null = null
  // Most answers are read as a whole or not at all, a registry's by the thousand: a stream of its own costs each more than all else.
  const open = (): Readable => (gate ??= boundedStream(body, maxBytes, target.host))
  const bytes = (): Promise<Buffer> =>
    readAll(body, maxBytes, target.host).catch((error: unknown) => {
      throw asEgressError(target, error, signal)
    })
  return {
    status: response.statusCode,
    headers: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)])),
    url: target.href,
    get stream() {
      return open()
    },
    bytes,
    text: async () => (await bytes()).toString('utf8'),
    async pipeTo(sink) {
      const stream = open()
      let broken: unknown
      stream.once('error', (error) => {
        broken = error
      })
      await pipeline(stream, sink).catch((error: unknown) => {
        throw error === broken ? asEgressError(target, error, signal) : error
      })
    },
    discard() {
      // To break off what is at its end costs more than to read it, and the connection.
      if (gate === null && (isBodiless || sizeOf(response) <= cheapBytes)) body.resume()
      else (gate ?? body).destroy()
    },
  }
}

const cheapBytes = 16 * 1024
const sizeOf = (response: Dispatcher.ResponseData): number =>
  Number(headerOf(response, 'content-length') ?? Number.POSITIVE_INFINITY)

const headerOf = (response: Dispatcher.ResponseData, name: string): string | undefined => {
  const value = response.headers[name]
  return Array.isArray(value) ? value[0] : value
}

const asEgressError = (target: URL, error: unknown, signal: AbortSignal): EgressError => {
  const cause = error instanceof Error && error.cause instanceof EgressError ? error.cause : error
  if (cause instanceof EgressError) return cause
  if (signal.aborted) return new EgressError('timeout', `${target.host} did not answer in time.`, error)
  return new EgressError('network', `${target.host}: ${messageOf(error)}`, error)
}

const dropOldest = (agents: Map<string, Agent>): void => {
  const oldest = agents.entries().next().value
  if (!oldest) return
  agents.delete(oldest[0])
  void oldest[1].close()
}
