/**
 * At-least-once delivery in order, without I/O.
 *
 * A lane has one message on the way at a time: the next leaves when that one is acknowledged, so a repeated message can
 * never overtake a later one. A lost message or acknowledgement is cured by repeating after `retryMs`.
 */
export interface Numbered {
  seq: number
}

/** The sender's half. */
export class SendLane<M extends Numbered> {
  readonly #queue: M[] = []
  readonly #limit: number
  readonly #retryMs: number
  #sentAtMs: number | null = null
  #sending: M | null = null
  /** Messages that were given up because the lane was full. */
  dropped = 0

  /** `limit` 1 makes a lane where the newest message replaces one that waits. */
  constructor(limit: number, retryMs: number) {
    this.#limit = limit
    this.#retryMs = retryMs
  }

  push(message: M): void {
    this.#queue.push(message)
    if (this.#queue.length <= this.#limit) return
    this.#queue.shift()
    this.dropped += 1
  }

  /** The message to send now, if any: a new one, or the one on the way again when its time has passed. */
  take(nowMs: number): M | null {
    if (this.#sentAtMs !== null && nowMs < this.#sentAtMs + this.#retryMs) return null
    // A newer message supersedes a stale one that is still on its way, where only the newest counts.
    if (this.#limit === 1 && this.#queue.length > 0) this.#sending = null
    this.#sending ??= this.#queue.shift() ?? null
    this.#sentAtMs = this.#sending === null ? null : nowMs
    return this.#sending
  }

  acknowledge(seq: number): void {
    if (this.#sending?.seq !== seq) return
    this.#sending = null
    this.#sentAtMs = null
  }

  /** A new connection: whatever was on the way is sent again at once. */
  reset(): void {
    this.#sentAtMs = null
  }

  /** When `take` has something to do again; null = only after a push or an acknowledgement. */
  wakeAtMs(): number | null {
    return this.#sentAtMs === null ? null : this.#sentAtMs + this.#retryMs
  }

  get idle(): boolean {
    return this.#sending === null && this.#queue.length === 0
  }
}

/** The receiver's half, for one session: which messages are new. */
export class ReceiveLane {
  #highest = 0

  /** True when the message was handled before, or a later one was. It is acknowledged and has no effect. */
  isOld(seq: number): boolean {
    return seq <= this.#highest
  }

  handled(seq: number): void {
    this.#highest = Math.max(this.#highest, seq)
  }
}

export const laneOf = (type: 'state' | 'deviations' | 'events'): 'state' | 'log' => (type === 'state' ? 'state' : 'log')
