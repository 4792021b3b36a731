import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { BlobCache } from './blobs.ts'
import type { DesiredStore } from './desired-store.ts'
import type { Redaction } from './redaction.ts'

interface IntakeDeps {
  desired: DesiredStore
  blobs: BlobCache
  redaction: Redaction
  clock: Clock
  logger: Logger
}

export interface IntakeListener {
  onAccepted(former: DesiredState | null): void
  /** Once in a row of failures. */
  onProblem(problem: string): void
}

/** One failure may be a connection that just ended. */
const TELLING_FAILURES = 3
const PREFETCH_RETRY_MS = 2_000

/** Takes desired states one after another: blobs first, so that an accepted state can be enforced without the plane. */
export class DesiredIntake {
  readonly #deps: IntakeDeps
  readonly #listener: IntakeListener
  readonly #stopping = new AbortController()
  #newest: DesiredState | null = null
  /** In a row. */
  #failures = 0
  #problem = ''
  #running: Promise<void> | null = null

  constructor(deps: IntakeDeps, listener: IntakeListener) {
    this.#deps = deps
    this.#listener = listener
  }

  take(state: DesiredState): void {
    this.#newest = state
    this.#running ??= this.#run().finally(() => {
      this.#running = null
    })
  }

  /** What is being fetched; none of its blobs may be forgotten. */
  get incoming(): DesiredState | null {
    return this.#newest
  }

  /** Why the newest desired state cannot be taken up, once that was tried some times. */
  get problem(): string | null {
    return this.#failures >= TELLING_FAILURES ? this.#problem : null
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.#deps
    while (this.#newest && !this.#stopping.signal.aborted) {
      const state = this.#newest
      try {
        await this.#accept(state)
        if (this.#newest === state) this.#newest = null
        this.#failures = 0
      } catch (error) {
        if (this.#stopping.signal.aborted) return
        logger.warn({ generation: state.generation, error: messageOf(error) }, 'a desired state cannot be fetched yet')
        this.#failures++
        this.#problem = `desired state ${state.generation} cannot be fetched: ${messageOf(error)}`
        if (this.#failures === TELLING_FAILURES) this.#listener.onProblem(this.#problem)
        await clock.sleep(PREFETCH_RETRY_MS, this.#stopping.signal)
      }
    }
  }

  async #accept(state: DesiredState): Promise<void> {
    const { desired, blobs, redaction, logger } = this.#deps
    const former = desired.current
    await blobs.prefetch(state, this.#stopping.signal)
    await redaction.learn(state, (digest) => blobs.get(digest))
    if (!(await desired.accept(state))) return
    logger.info({ epoch: state.epoch, generation: state.generation, layers: state.layers.length }, 'new desired state')
    this.#listener.onAccepted(former)
  }
}
