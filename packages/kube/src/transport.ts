import type { Readable } from 'node:stream'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { Agent, type Dispatcher, request } from 'undici'
import type { KubeConfig } from './config.ts'
import { errorFromStatus, KubeConnectionError, KubeError, KubeTooLargeError } from './errors.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface KubeRequest {
  method: Method
  /** Absolute path below the server, e.g. `/api/v1/namespaces`. */
  path: string
  query?: Record<string, string | number | boolean | undefined>
  /** Sent as JSON unless it is text already. */
  body?: unknown
  contentType?: string
  accept?: string
  /** Time until the answer's headers, and between its parts. */
  timeoutMs?: number
  maxBytes?: number
  signal?: AbortSignal
}

export interface TransportOptions {
  config: KubeConfig
  clock: Clock
  userAgent?: string
  /** Carries the connections instead of plain TCP (a tunnel, a test). */
  dispatcher?: Dispatcher
}

const kubeLimits = {
  answerBytes: 32 * 1024 * 1024,
  timeoutMs: 30_000,
  /** Tries in all while the server answers 429 or asks to come back. */
  throttledTries: 4,
  longestWaitMs: 5_000,
} as const

const networkCodes = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])
const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** HTTP to one API server: credentials, limits, retries that cannot double an effect. */
export class KubeTransport {
  readonly #config: KubeConfig
  readonly #clock: Clock
  readonly #userAgent: string
  readonly #dispatcher: Dispatcher
  readonly #ownsDispatcher: boolean

  constructor(options: TransportOptions) {
    this.#config = options.config
    this.#clock = options.clock
    this.#userAgent = options.userAgent ?? 'atrium'
    this.#ownsDispatcher = options.dispatcher === undefined
    this.#dispatcher = options.dispatcher ?? dispatcherFor(options.config)
  }

  /** The answer's JSON. Throws `KubeError` for every status of 400 and above. */
  async json(options: KubeRequest): Promise<unknown> {
    const text = await this.text(options)
    if (text === '') return null
    try {
      return JSON.parse(text)
    } catch (error) {
      throw new KubeConnectionError(`${options.method} ${options.path}: the answer is not JSON`, error)
    }
  }

  async text(options: KubeRequest): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      try {
        return (await this.#once(options)).toString('utf8')
      } catch (error) {
        const waitMs = this.#retryDelayMs(options, error, attempt)
        if (waitMs === null) throw error
        await this.#clock.sleep(waitMs, options.signal)
        if (options.signal?.aborted) throw error
      }
    }
  }

  /** The answer as a stream of octets, for watches. The caller destroys it. */
  async stream(options: KubeRequest): Promise<Readable> {
    const answer = await this.#send(options)
    if (answer.statusCode >= 400) throw await this.#errorOf(answer)
    return answer.body
  }

  async close(): Promise<void> {
    if (this.#ownsDispatcher) await this.#dispatcher.destroy()
  }

  async #once(options: KubeRequest): Promise<Buffer> {
    const answer = await this.#send(options)
    if (answer.statusCode >= 400) throw await this.#errorOf(answer)
    return readBounded(answer.body, options.maxBytes ?? kubeLimits.answerBytes, `${options.method} ${options.path}`)
  }

  async #send(options: KubeRequest): Promise<Dispatcher.ResponseData> {
    const token = await this.#config.token?.current()
    const headers: Record<string, string> = {
      accept: options.accept ?? 'application/json',
      'user-agent': this.#userAgent,
      ...(token ? { authorization: `Bearer ${token.reveal()}` } : {}),
      ...(options.body === undefined ? {} : { 'content-type': options.contentType ?? 'application/json' }),
    }
    const timeoutMs = options.timeoutMs ?? kubeLimits.timeoutMs
    try {
      return await request(this.#config.server + options.path + queryText(options.query), {
        method: options.method,
        headers,
        body: bodyText(options.body),
        dispatcher: this.#dispatcher,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        ...(options.signal ? { signal: options.signal } : {}),
      })
    } catch (error) {
      throw new KubeConnectionError(`${options.method} ${options.path}: ${messageOf(error)}`, error)
    }
  }

  async #errorOf(answer: Dispatcher.ResponseData): Promise<KubeError> {
    if (answer.statusCode === 401) this.#config.token?.refresh()
    const text = (await readBounded(answer.body, 1024 * 1024, 'error answer')).toString('utf8')
    const retryAfter = answer.headers['retry-after']
    return errorFromStatus(answer.statusCode, parsed(text), typeof retryAfter === 'string' ? retryAfter : undefined)
  }

  /** How long to wait before the next try, or null: give up. Creates are only repeated when the server did not take them. */
  #retryDelayMs(options: KubeRequest, error: unknown, attempt: number): number | null {
    if (error instanceof KubeError) {
      if (error.status === 401 && attempt === 1 && this.#config.token) return 0
      const throttled = error.status === 429 || (error.status === 503 && error.retryAfterMs > 0)
      if (!throttled || attempt >= kubeLimits.throttledTries) return null
      return Math.min(Math.max(error.retryAfterMs, 100 * 2 ** attempt), kubeLimits.longestWaitMs)
    }
    const repeatable = options.method === 'GET' || options.contentType === 'application/apply-patch+yaml'
    const dropped = error instanceof KubeConnectionError && networkCodes.has(codeOf(error.cause))
    return repeatable && dropped && attempt === 1 && !options.signal?.aborted ? 0 : null
  }
}

function dispatcherFor(config: KubeConfig): Dispatcher {
  return new Agent({
    allowH2: false,
    pipelining: 1,
    connect: {
      ...(config.caPem ? { ca: config.caPem } : {}),
      ...(config.clientCertificatePem ? { cert: config.clientCertificatePem } : {}),
      ...(config.clientKeyPem ? { key: config.clientKeyPem.reveal() } : {}),
      ...(config.tlsServerName ? { servername: config.tlsServerName } : {}),
      timeout: 10_000,
    },
  })
}

const bodyText = (body: unknown): string | null =>
  body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body)

function queryText(query: KubeRequest['query']): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== '') parameters.set(name, String(value))
  }
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A proxy in between may answer with text; it is the best message there is.
    return { message: text.slice(0, 500) }
  }
}

async function readBounded(body: Readable, maxBytes: number, what: string): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  try {
    for await (const part of body as AsyncIterable<Buffer>) {
      size += part.length
      if (size > maxBytes) throw new KubeTooLargeError(`${what}: the answer is larger than ${maxBytes} bytes`)
      parts.push(part)
    }
  } catch (error) {
    if (error instanceof KubeTooLargeError) throw error
    throw new KubeConnectionError(`${what}: ${messageOf(error)}`, error)
  }
  return Buffer.concat(parts)
}
