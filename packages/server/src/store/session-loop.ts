import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { type Random, withJitter } from '@atrium/runtime/base/random.ts'
import pg, { type Client, type ClientConfig } from 'pg'

export interface SessionLoopOptions {
  /** For the log. */
  name: string
  connection: ClientConfig
  clock: Clock
  random: Random
  logger: Logger
  /** Runs on a fresh session until `signal` aborts: the session broke, or the loop stops. What it throws ends the session. */
  work: (client: Client, signal: AbortSignal) => Promise<void>
}

const RETRY_MIN_MS = 50
const RETRY_MAX_MS = 2_000

/** Keeps one database session of its own at work: when it breaks, or the database restarts, it connects again. */
export class SessionLoop {
  readonly #options: SessionLoopOptions
  readonly #stop = new AbortController()
  #running: Promise<void> | null = null

  constructor(options: SessionLoopOptions) {
    this.#options = options
  }

  start(): void {
    this.#running ??= this.#run()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { clock, random, logger, name } = this.#options
    for (let delayMs = RETRY_MIN_MS; !this.#stop.signal.aborted; delayMs = Math.min(delayMs * 2, RETRY_MAX_MS)) {
      const startedAt = clock.now()
      try {
        await this.#session()
      } catch (error) {
        if (!this.#stop.signal.aborted) logger.warn({ session: name, error: messageOf(error) }, 'database session lost')
      }
      if (clock.now() - startedAt > RETRY_MAX_MS) delayMs = RETRY_MIN_MS
      await clock.sleep(withJitter(delayMs, 0.2, random), this.#stop.signal)
    }
  }

  async #session(): Promise<void> {
    const client = new pg.Client(this.#options.connection)
    const broken = new AbortController()
    client.on('error', (error) => broken.abort(error))
    client.on('end', () => broken.abort(new Error('the connection ended')))
    try {
      await client.connect()
      await this.#options.work(client, AbortSignal.any([broken.signal, this.#stop.signal]))
      if (broken.signal.aborted) throw broken.signal.reason
    } finally {
      await client.end().catch(() => undefined)
    }
  }
}
