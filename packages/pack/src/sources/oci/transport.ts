import type { Readable, Writable } from 'node:stream'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { type Random, withJitter } from '@atrium/runtime/base/random.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import type { Egress, EgressRequest, EgressResponse } from '@atrium/runtime/egress/egress.ts'
import { EgressError } from '@atrium/runtime/egress/error.ts'
import { type Authorize, parseChallenge } from './auth.ts'
import { OciError, ociLimits, SignInError } from './types.ts'

export interface OciTransportOptions {
  /** `https://host[:port]`; a path is ignored here. */
  endpoint: string
  egress: Egress
  authorize: Authorize
  clock: Clock
  random: Random
  /** CA bundle (PEM) for the endpoint; empty = the system's. */
  caBundle?: string
}

export interface OciRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  /** Path with query below the endpoint, or a whole URL of the same origin. */
  path: string
  /** `repository:<name>:pull`, or `registry:catalog:*`; empty = no right, but to be known. */
  scope: string
  accept?: string
  contentType?: string
  /** A function opens it anew for each attempt; it says how long it is. */
  body?: Buffer | { sizeBytes: number; open: () => Readable }
  /** Most the body of the answer may hold; absent = nobody reads it. */
  maxBytes?: number
  /** Takes the body of a good answer piece by piece; a fresh one for each attempt. `body` of the answer is empty then. */
  sink?: () => Writable
  signal?: AbortSignal | undefined
}

export interface OciAnswer {
  status: number
  headers: Record<string, string>
  body: Buffer
}

/** Sends requests to one registry: signs in when challenged, repeats what may be repeated. */
export class OciTransport {
  readonly origin: string
  readonly #options: OciTransportOptions
  /** `Authorization` by scope, until the registry refuses it; a password is for every scope. */
  readonly #authorizations = new Map<string, Secret<string>>()

  constructor(options: OciTransportOptions) {
    this.origin = new URL(options.endpoint).origin
    this.#options = options
  }

  /** The whole answer with a 2xx status or 404; anything else throws `OciError`, also what breaks off in the middle. */
  send(request: OciRequest): Promise<OciAnswer> {
    return this.#persist(request, (response) => readAnswer(response, request))
  }

  /** As `send`, with the body still to be read or discarded: for what is too large for memory. It may break off in the middle. */
  open(request: OciRequest): Promise<EgressResponse> {
    return this.#persist(request, (response) => Promise.resolve(response))
  }

  async #persist<T>(request: OciRequest, take: (response: EgressResponse) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#attempt(request, take)
      if ('answer' in outcome) return outcome.answer
      if (attempt >= ociLimits.attempts || !outcome.mayRepeat) throw outcome.error
      const delayMs = withJitter(ociLimits.firstRetryMs * 4 ** (attempt - 1), 0.2, this.#options.random)
      await this.#options.clock.sleep(delayMs, request.signal)
      request.signal?.throwIfAborted()
    }
  }

  async #attempt<T>(
    request: OciRequest,
    take: (response: EgressResponse) => Promise<T>,
  ): Promise<{ answer: T } | { error: Error; mayRepeat: boolean }> {
    try {
      const response = await this.#signedIn(request)
      if (response.status < 300 || response.status === 404) return { answer: await take(response) }
      const error = await refusal(response, request)
      return { error, mayRepeat: response.status === 429 || response.status >= 500 }
    } catch (error) {
      if (!(error instanceof EgressError)) throw error
      const what = error.reason === 'too-large' ? 'sent too much' : 'cannot be reached'
      const wrapped = new OciError(0, `the registry ${what}: ${messageOf(error)}`, error)
      return { error: wrapped, mayRepeat: wrapped.isUnreachable }
    }
  }

  async #signedIn(request: OciRequest): Promise<EgressResponse> {
    const first = await this.#once(request)
    if (first.status !== 401) return first
    first.discard()
    const challenge = parseChallenge(first.headers['www-authenticate'])
    if (challenge === null) throw new SignInError(401, `${this.#host} refuses and says not how to sign in`)
    const authorization = await this.#options.authorize({ ...challenge, origin: this.origin }, request.scope)
    if (authorization === null) throw new SignInError(401, `${this.#host} wants credentials, and there are none for it`)
    this.#authorizations.set(challenge.scheme === 'basic' ? EVERYWHERE : request.scope, authorization)
    return this.#once(request)
  }

  #once(request: OciRequest): Promise<EgressResponse> {
    const url = new URL(request.path, this.origin)
    if (url.origin !== this.origin) throw new OciError(0, `${this.#host} sends uploads to another host, ${url.host}`)
    const authorization = this.#authorizations.get(request.scope) ?? this.#authorizations.get(EVERYWHERE)
    const { caBundle, egress } = this.#options
    const { body } = request
    const isStream = body !== undefined && !Buffer.isBuffer(body)
    const options: EgressRequest = {
      method: request.method,
      headers: {
        ...(request.accept && { accept: request.accept }),
        ...(request.contentType && { 'content-type': request.contentType }),
        ...(authorization && { authorization: authorization.reveal() }),
        ...(isStream && { 'content-length': String(body.sizeBytes) }),
      },
      ...(body && { body: isStream ? body.open() : body }),
      ...(request.maxBytes !== undefined && { maxBytes: request.maxBytes }),
      ...(request.signal && { signal: request.signal }),
      ...(caBundle && { caBundle }),
      // Blobs are often kept elsewhere.
      ...(request.method === 'GET' && { redirects: 3 }),
    }
    return egress.request(url.href, options)
  }

  get #host(): string {
    return new URL(this.origin).host
  }
}

const EVERYWHERE = ''

async function readAnswer(response: EgressResponse, { maxBytes, sink }: OciRequest): Promise<OciAnswer> {
  const { status, headers } = response
  if (status !== 404 && sink) {
    await response.pipeTo(sink())
    return { status, headers, body: Buffer.alloc(0) }
  }
  if (status !== 404 && maxBytes !== undefined) return { status, headers, body: await response.bytes() }
  response.discard()
  return { status, headers, body: Buffer.alloc(0) }
}

async function refusal(response: EgressResponse, request: OciRequest): Promise<OciError> {
  const code = errorCode(await response.text().catch(() => ''))
  const what = request.path.split('?', 1)[0]
  return new OciError(response.status, `the registry answered ${response.status}${code} to ${request.method} ${what}`)
}

/** `errors[0].code` of the distribution API; codes are words, so nothing secret is repeated. */
function errorCode(body: string): string {
  const code = /"code"\s*:\s*"([A-Z_]{1,40})"/.exec(body.slice(0, 4096))?.[1]
  return code === undefined ? '' : ` ${code}`
}
