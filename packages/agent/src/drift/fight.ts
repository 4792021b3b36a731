/** How often an object may be repaired before somebody else is taken to fight for it, and how long it is left alone then. */
export interface FightLimits {
  /** This many repairs within the window are a fight: a quick one, or one with a program that looks every few minutes. */
  rules: readonly { repairs: number; windowMs: number }[]
  /** The first rest; each one that follows at once is twice as long. */
  restMs: number
  longestRestMs: number
}

const MINUTE_MS = 60_000
const defaultLimits: FightLimits = {
  rules: [
    { repairs: 5, windowMs: MINUTE_MS },
    { repairs: 10, windowMs: 60 * MINUTE_MS },
  ],
  restMs: 5 * MINUTE_MS,
  longestRestMs: 60 * MINUTE_MS,
}

interface Rest {
  until: number
  lengthMs: number
}

/**
 * Notices a fight: somebody changes an object again as often as it is repaired. It is left alone for a while then; after
 * that one repair shows whether the other has stopped. One that holds as long as the rest was ends the fight.
 */
export class FightDetector {
  readonly #limits: FightLimits
  readonly #repairs = new Map<string, number[]>()
  /** Also those that are over, until the object was calm for as long. */
  readonly #rests = new Map<string, Rest>()

  constructor(limits: FightLimits = defaultLimits) {
    this.#limits = limits
  }

  /** Milliseconds until a repair is allowed again; 0 = now. To be asked when there is something to repair. */
  restMs(key: string, now: number): number {
    const rest = this.#rests.get(key)
    if (rest && now < rest.until) return rest.until - now
    const repairs = this.#repairs.get(key) ?? []
    if (rest && now - Math.max(rest.until, repairs.at(-1) ?? 0) < rest.lengthMs)
      return repairs.length === 0 ? 0 : this.#rest(key, now, Math.min(2 * rest.lengthMs, this.#limits.longestRestMs))
    this.#rests.delete(key)
    const within = (windowMs: number): number => repairs.filter((at) => now - at < windowMs).length
    const isFight = this.#limits.rules.some((rule) => within(rule.windowMs) >= rule.repairs)
    return isFight ? this.#rest(key, now, this.#limits.restMs) : 0
  }

  /** Counts a repair that was made; one that failed is no sign of a fight. */
  repaired(key: string, now: number): void {
    const longestMs = Math.max(...this.#limits.rules.map((rule) => rule.windowMs))
    const former = this.#repairs.get(key) ?? []
    this.#repairs.set(key, [...former.filter((at) => now - at < longestMs), now])
  }

  forget(key: string): void {
    this.#repairs.delete(key)
    this.#rests.delete(key)
  }

  #rest(key: string, now: number, lengthMs: number): number {
    this.#repairs.delete(key)
    this.#rests.set(key, { until: now + lengthMs, lengthMs })
    return lengthMs
  }
}
