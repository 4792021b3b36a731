import type { Clock } from '@atrium/runtime/base/clock.ts'
import { AtriumError, messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Store } from '@atrium/runtime/store/store.ts'
import type { AgentName } from './agent-name.ts'

const RETRY_MS = 1000

/** One watch on the clusters of each tenant that has had an agent here. */
export class TenantWatches {
  readonly #deps: { store: Store; clock: Clock; logger: Logger }
  readonly #changed: (agent: AgentName) => void
  readonly #allChanged: (tenant: string) => void
  readonly #positions = new Map<string, Promise<void>>()
  readonly #stop = new AbortController()

  constructor(
    deps: { store: Store; clock: Clock; logger: Logger },
    tell: { changed: (agent: AgentName) => void; allChanged: (tenant: string) => void },
  ) {
    this.#deps = deps
    this.#changed = tell.changed
    this.#allChanged = tell.allChanged
  }

  /** Resolves once every later change of the tenant's clusters will be told. */
  ensure(tenant: string): Promise<void> {
    const found = this.#positions.get(tenant) ?? this.#begin(tenant)
    this.#positions.set(tenant, found)
    return found
  }

  stop(): void {
    this.#stop.abort()
  }

  async #begin(tenant: string): Promise<void> {
    try {
      const since = await this.#deps.store.position()
      void this.#follow(tenant, since)
    } catch (error) {
      this.#positions.delete(tenant)
      throw error
    }
  }

  async #follow(tenant: string, start: number): Promise<void> {
    const { store, clock, logger } = this.#deps
    const { signal } = this.#stop
    let since = start
    while (!signal.aborted) {
      try {
        for await (const event of store.watch({ tenant, kinds: ['Cluster'], since, signal })) {
          since = event.position
          this.#changed({ tenant, clusterUid: event.uid })
        }
      } catch (error) {
        logger.warn({ tenant, reason: messageOf(error) }, 'watch of clusters broke; it begins again')
        since = await this.#resume(error, tenant, since)
      }
      await clock.sleep(RETRY_MS, signal)
    }
  }

  /** A position that is no longer kept cannot be resumed from: then every agent of the tenant is looked at once. */
  async #resume(error: unknown, tenant: string, since: number): Promise<number> {
    if (!(error instanceof AtriumError) || error.code !== 'ResourceExpired') return since
    try {
      const position = await this.#deps.store.position()
      this.#allChanged(tenant)
      return position
    } catch {
      // The database is away: the next round sees the same error again.
      return since
    }
  }
}
