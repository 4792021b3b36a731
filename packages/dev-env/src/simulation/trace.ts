import { createHash } from 'node:crypto'

const KEPT = 120

/** Everything that happened, as a hash that two runs of one seed share, and the last of it as text. */
export class Trace {
  readonly #hash = createHash('sha256')
  readonly #startMs: number
  readonly #now: () => number
  #lines: string[] = []
  #count = 0

  constructor(now: () => number) {
    this.#now = now
    this.#startMs = now()
  }

  add(who: string, what: string): void {
    const line = `${((this.#now() - this.#startMs) / 1000).toFixed(3).padStart(12)} ${who.padEnd(10)} ${what}`
    this.#hash.update(line).update('\n')
    this.#count += 1
    this.#lines.push(line)
    if (this.#lines.length >= 2 * KEPT) this.#lines = this.#lines.slice(-KEPT)
  }

  get events(): number {
    return this.#count
  }

  last(): string[] {
    return this.#lines.slice(-KEPT)
  }

  /** Of everything so far. */
  digest(): string {
    return this.#hash.copy().digest('hex')
  }
}
