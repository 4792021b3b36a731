import { createHash } from 'node:crypto'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { RateLimiter } from '@atrium/runtime/base/rate-limit.ts'
import { putRecent } from '@atrium/runtime/base/recent.ts'
import { Counter, Gauge, type Registry } from 'prom-client'
import { networkOf } from '../../auth/sign-in/network.ts'

/** Requests a second, in the long run; 0 = any number. */
export interface Rates {
  /** Of one tenant. */
  tenant: number
  /** Of one address (an IPv6 network) that has not signed in: public operations, and credentials that nobody has. */
  address: number
}

/** What comes at once is in order as long as it is no more than so many seconds bring. */
const burstSeconds = 10
/** Whoever is a little too fast is held back instead: no client has to know what 429 is. */
const mostWaitMs = 1_000
/** Credentials that were good, so that nobody who shares an address with a guesser is taken for one. */
const knownMost = 10_000

/** `retryAfterSeconds`: whole seconds, which also stand in the header `Retry-After`. */
export const tooMany = (message: string, retryAfterSeconds: number): AtriumError =>
  new AtriumError('TooManyRequests', message, { details: { retryAfterSeconds } })

/**
 * How many requests this server takes of one tenant, and of one address before it signs in. `FairShare` divides what there is
 * at a moment and knows no rate; this one bounds what one of them may ask for in the long run, before a body is read.
 */
export class RateLimits {
  readonly #clock: Clock
  readonly #tenants: RateLimiter | null
  readonly #addresses: RateLimiter | null
  readonly #known = new Map<string, true>()
  readonly #refused: Counter

  constructor(clock: Clock, rates: Rates, registry: Registry) {
    this.#clock = clock
    this.#tenants = limiterOf(clock, rates.tenant)
    this.#addresses = limiterOf(clock, rates.address)
    this.#refused = new Counter({
      name: 'atrium_http_rate_limited_total',
      help: 'Requests that were refused because their tenant or address asks too often',
      labelNames: ['by'],
      registers: [registry],
    })
    const remembered = { tenant: this.#tenants, address: this.#addresses }
    new Gauge({
      name: 'atrium_http_rate_limit_keys',
      help: 'Tenants and addresses whose requests are counted at present',
      labelNames: ['by'],
      registers: [registry],
      collect() {
        for (const [by, limiter] of Object.entries(remembered)) this.set({ by }, limiter?.size ?? 0)
      },
    })
  }

  /** Resolves when the tenant may go on; throws `TooManyRequests`. */
  async tenant(tenant: string): Promise<void> {
    const waitMs = this.#tenants ? this.#tenants.reserve(tenant, mostWaitMs) : 0
    if (waitMs === null) throw this.#refuse('tenant', 'This tenant sends more requests than this server takes of one.')
    if (waitMs > 0) await this.#clock.sleep(waitMs)
  }

  /** One request of somebody who has not signed in; throws `TooManyRequests`. */
  stranger(ip: string): void {
    if (this.#addresses?.take(networkOf(ip)) === false) throw this.#strangersEnough()
  }

  /** Before a credential is looked up: of an address that has guessed enough, only those that were good are. */
  mayTry(ip: string, credential: string): void {
    if (!this.#addresses?.isSpent(networkOf(ip)) || this.#known.has(digestOf(credential))) return
    throw this.#strangersEnough()
  }

  wasGood(credential: string): void {
    if (!this.#addresses) return
    putRecent(this.#known, digestOf(credential), true, knownMost)
  }

  /** Nobody has this credential, or none was sent. */
  wasBad(ip: string, credential: string | undefined): void {
    // A revoked key is a guess from now on.
    if (credential !== undefined) this.#known.delete(digestOf(credential))
    this.stranger(ip)
  }

  #strangersEnough(): AtriumError {
    return this.#refuse('address', 'Too many requests from this address that have not signed in.')
  }

  #refuse(by: keyof Rates, what: string): AtriumError {
    this.#refused.inc({ by })
    // Both refill by the second; clients that do not read the header wait two.
    return tooMany(`${what} Send them slower, and this one again after a second.`, 1)
  }
}

const limiterOf = (clock: Clock, perSecond: number): RateLimiter | null =>
  perSecond === 0 ? null : new RateLimiter(clock, { perSecond, burst: perSecond * burstSeconds })

const digestOf = (credential: string): string => createHash('sha256').update(credential).digest('base64')
