import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'

/** How long an agent of a tenant that was closed stays connected at most, but for the time it takes to look. */
const LOOK_MS = 2_000

export interface ClosedTenantsDeps {
  clock: Clock
  logger: Logger
  /** Tenants with agents connected here. */
  present(): string[]
  /** Which of these are closed. */
  closed(tenants: readonly string[]): Promise<string[]>
  end(tenant: string): void
}

/** Ends what agents of closed tenants have open; a new session of theirs is refused by whoever opens it. */
export class ClosedTenants {
  readonly #deps: ClosedTenantsDeps
  readonly #stop = new AbortController()
  #loop: Promise<void> = Promise.resolve()

  constructor(deps: ClosedTenantsDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#loop = this.#run()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#loop
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.#deps
    const { signal } = this.#stop
    while (!signal.aborted) {
      await this.#look().catch((error: unknown) =>
        logger.warn({ reason: messageOf(error) }, 'closed tenants not known'),
      )
      await clock.sleep(LOOK_MS, signal)
    }
  }

  async #look(): Promise<void> {
    const present = this.#deps.present()
    if (present.length === 0) return
    for (const tenant of await this.#deps.closed(present)) this.#deps.end(tenant)
  }
}
