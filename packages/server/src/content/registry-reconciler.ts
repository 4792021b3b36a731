import type { RegistryStatus } from '@atrium/api/kinds/registry.ts'
import type { OciClient } from '@atrium/pack/sources/oci/client.ts'
import { OciError } from '@atrium/pack/sources/oci/types.ts'
import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { setCondition } from '@atrium/runtime/controller/conditions.ts'
import type { ReconcileRequest, ReconcileResult, Reconciler } from '@atrium/runtime/controller/reconciler.ts'
import type { Store, StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { type SyncResult, syncRegistry } from './registry-sync.ts'
import { contentActor } from './tenant.ts'

/** True while the catalogue is what the registry held at the last run. */
export const syncedCondition = 'Synced'

export interface RegistryReconcilerDeps {
  store: Store
  clock: Clock
  logger: Logger
  /** The client for a registry; null for kinds that are not synchronised (helm). */
  clientFor(registry: StoredObject<'Registry'>): Promise<OciClient | null>
  /** How long a successful run counts. */
  everyMs: number
  /** When to try again after a registry could not be reached. */
  retryMs: number
}

type SyncStatus = NonNullable<RegistryStatus['sync']>

/** Keeps the pack catalogue equal to the registries: after each change of a registry, on demand (its key is enqueued), and from time to time. */
export class RegistryReconciler implements Reconciler {
  readonly name = 'registry'
  readonly kind = 'Registry'
  readonly ownsConditions = [syncedCondition]
  readonly reads = []
  readonly owns = ['Pack'] as const
  readonly #deps: RegistryReconcilerDeps

  constructor(deps: RegistryReconcilerDeps) {
    this.#deps = deps
  }

  async reconcile(request: ReconcileRequest): Promise<ReconcileResult> {
    const { store, clock } = this.#deps
    const registry = await store.transaction(request.tenant, contentActor, (tx) => tx.get('Registry', request.uid))
    if (registry === null) return { outcome: 'gone' }
    if (registry.meta.deletedAt !== null) return { outcome: 'done' }
    const client = await this.#deps.clientFor(registry)
    if (client === null) return { outcome: 'done' }
    const lastRunAt = isoNow(clock)
    const former = registry.status.sync
    const run = { lastRunAt, lastSuccessAt: former?.lastSuccessAt ?? null }
    await this.#write(request, registry, { ...run, state: 'InProgress', message: 'Reading the registry.' })
    try {
      const result = await syncRegistry(store, registry, client, request)
      const message = describe(result)
      await this.#write(request, registry, { state: 'Success', message, lastRunAt, lastSuccessAt: isoNow(clock) })
      return { outcome: 'again', afterMs: this.#deps.everyMs }
    } catch (error) {
      // The run was taken away: whoever goes on with it says how it is.
      if (request.signal.aborted) throw error
      const isRegistry = error instanceof OciError
      const message = isRegistry
        ? `${error.message}. Check the registry's address, CA and credentials; it is tried again.`
        : 'A failure of the management server stopped the run; its log says which. It is tried again.'
      this.#deps.logger.warn({ registry: registry.meta.name, err: error }, 'a pack registry could not be read')
      await this.#write(request, registry, { ...run, state: 'Failed', message })
      if (!isRegistry) throw error
      return { outcome: 'again', afterMs: this.#deps.retryMs }
    }
  }

  async #write(request: ReconcileRequest, registry: StoredObject<'Registry'>, sync: SyncStatus): Promise<void> {
    const { store, clock } = this.#deps
    const reached = sync.state === 'Success'
    const condition =
      sync.state === 'InProgress'
        ? []
        : [
            setCondition(
              registry.conditions,
              {
                type: syncedCondition,
                status: reached ? 'True' : 'False',
                reason: reached ? 'Synced' : 'RegistryUnreadable',
                message: sync.message,
                observedGeneration: registry.meta.generation,
              },
              isoNow(clock),
            ),
          ]
    const write = (tx: Tx): Promise<void> =>
      tx.updateStatus('Registry', request.uid, { status: { sync }, conditions: condition })
    await store.transaction(request.tenant, contentActor, write, request.claim)
  }
}

function describe({ packs, changed, problems }: SyncResult): string {
  const read = `${packs} pack versions, ${changed} of them changed.`
  return problems.length === 0
    ? read
    : `${read} ${problems.length} cannot be used: ${problems.join('; ')}`.slice(0, 4000)
}
