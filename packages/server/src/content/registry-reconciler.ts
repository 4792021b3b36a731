import type { RegistryStatus } from '@atrium/api/kinds/registry.ts'
import { PackError } from '@atrium/pack/format/problems.ts'
import type { OciClient } from '@atrium/pack/sources/oci/client.ts'
import { CatalogueError, OciError } from '@atrium/pack/sources/oci/types.ts'
import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { setCondition } from '@atrium/runtime/controller/conditions.ts'
import type { ReconcileRequest, ReconcileResult, Reconciler } from '@atrium/runtime/controller/reconciler.ts'
import type { Store, StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { type CollectDeps, type CollectTimes, collectPacks } from './collect-packs.ts'
import { IsolationError } from './isolation.ts'
import type { Origin } from './origins/origin.ts'
import { type SyncResult, syncRegistry } from './registry-sync.ts'
import { contentActor, contentFinalizer } from './tenant.ts'

/** True while the catalogue is what the registry held at the last run. */
export const syncedCondition = 'Synced'

export interface RegistryReconcilerDeps {
  store: Store
  clock: Clock
  logger: Logger
  /** Where a registry's packs are read from; null for those that are not synchronised. */
  originFor(registry: StoredObject<'Registry'>): Promise<Origin | null>
  /** The platform's registry, for copies of what that registry offers; null when its packs stay where they are. */
  keeperFor(registry: StoredObject<'Registry'>): OciClient | null
  /** Tenants whose profiles and clusters may use packs of the registry. */
  usersOf(registry: StoredObject<'Registry'>): Promise<string[]>
  /** When packs that nobody uses go. */
  times: CollectTimes
  /** How long a successful run counts, unless the registry says. */
  everyMs: number
  /** When to try again after a registry could not be reached. */
  retryMs: number
}

type SyncStatus = NonNullable<RegistryStatus['sync']>
const minuteMs = 60_000

/** Keeps the pack catalogue equal to the registries: after each change of a registry, on demand (its key is enqueued), and from time to time. */
export class RegistryReconciler implements Reconciler {
  readonly name = 'registry'
  readonly kind = 'Registry'
  readonly ownsConditions = [syncedCondition]
  readonly reads = []
  readonly owns = ['Pack', 'ClusterProfile'] as const
  readonly #deps: RegistryReconcilerDeps

  constructor(deps: RegistryReconcilerDeps) {
    this.#deps = deps
  }

  async reconcile(request: ReconcileRequest): Promise<ReconcileResult> {
    const { store } = this.#deps
    const registry = await store.transaction(request.tenant, contentActor, (tx) => tx.get('Registry', request.uid))
    if (registry === null) return { outcome: 'gone' }
    if (registry.meta.deletedAt !== null) return this.#remove(request, registry)
    const result = await this.#sync(request, registry)
    await this.#collect(request, registry)
    return result
  }

  async #sync(request: ReconcileRequest, registry: StoredObject<'Registry'>): Promise<ReconcileResult> {
    const { store, clock } = this.#deps
    const lastRunAt = isoNow(clock)
    const { sync: former } = registry.status
    const run = { ...former, lastRunAt, lastSuccessAt: former?.lastSuccessAt ?? null }
    let origin: Origin | null = null
    try {
      origin = await this.#deps.originFor(registry)
      if (origin === null) return { outcome: 'done' }
      await this.#write(request, registry, { ...run, state: 'InProgress', message: 'Reading the registry.' })
      const deps = { store, clock, keeper: this.#deps.keeperFor(registry) }
      const result = await syncRegistry(deps, registry, origin, request)
      const { generation } = registry.meta
      const success = { state: 'Success', lastRunAt, lastSuccessAt: isoNow(clock), generation, ...result } as const
      await this.#write(request, registry, { ...success, message: describe(result) })
      const { everyMinutes } = registry.spec
      return { outcome: 'again', afterMs: everyMinutes ? everyMinutes * minuteMs : this.#deps.everyMs }
    } catch (error) {
      // The run was taken away: whoever goes on with it says how it is.
      if (request.signal.aborted) throw error
      const reason = reasonOf(error)
      const message =
        reason ?? 'A failure of the management server stopped the run; its log says which. It is tried again.'
      this.#deps.logger.warn({ registry: registry.meta.name, err: error }, 'a pack registry could not be read')
      // What was read is kept; the next run reads everything that is offered.
      await this.#write(request, registry, { ...run, state: 'Failed', message, mark: null })
      if (reason === null) throw error
      return { outcome: 'again', afterMs: this.#deps.retryMs }
    } finally {
      await origin?.close()
    }
  }

  /** What nobody uses goes with its copies; the platform's registry may be away, and then it goes later. */
  async #collect(request: ReconcileRequest, registry: StoredObject<'Registry'>): Promise<void> {
    try {
      await collectPacks(this.#collecting(registry), registry, request)
    } catch (error) {
      if (!(error instanceof OciError)) throw error
      this.#deps.logger.warn({ registry: registry.meta.name, err: error }, 'copies of packs could not be removed')
    }
  }

  /** Nobody uses its packs any more: they go with it, some at a time. */
  async #remove(request: ReconcileRequest, registry: StoredObject<'Registry'>): Promise<ReconcileResult> {
    const { store, times } = this.#deps
    const { tenant, uid, claim } = request
    while ((await collectPacks(this.#collecting(registry), registry, request)) > 0);
    const isEmpty = await store.transaction(
      tenant,
      contentActor,
      async (tx) => {
        const { items } = await tx.listBrief('Pack', { owner: { kind: 'Registry', uid }, limit: 1 })
        if (items.length === 0) await tx.removeFinalizer('Registry', uid, contentFinalizer)
        return items.length === 0
      },
      claim,
    )
    return isEmpty ? { outcome: 'gone' } : { outcome: 'again', afterMs: Math.max(times.settleMs, minuteMs) }
  }

  #collecting(registry: StoredObject<'Registry'>): CollectDeps {
    const { store, clock, times, usersOf, keeperFor } = this.#deps
    return { store, clock, times, usersOf, keeper: keeperFor(registry) }
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

const adviceOn = (error: OciError | PackError): string =>
  error instanceof CatalogueError
    ? "Check its credentials; if it lists its repositories to nobody, name what is read: 'atrium registry set NAME --repository PACK', or `repositories` of PATCH /atrium/v1/registries/{uid}/settings"
    : "Check the registry's address, CA and credentials"

/** What a person can do something about; null for a failure of ours. */
function reasonOf(error: unknown): string | null {
  if (error instanceof OciError || error instanceof PackError)
    return `${error.message}. ${adviceOn(error)}; it is tried again.`
  return error instanceof IsolationError ? error.message : null
}

function describe({ counts, problems }: SyncResult): string {
  const { offered, changed, failed, leftOut } = counts
  const read = `${offered} pack versions, ${changed} of them changed.`
  const rest = leftOut === 0 ? read : `${read} ${leftOut} more are left out: older versions, or beyond what is read.`
  if (failed === 0) return rest
  const shown = problems.map(({ place, message }) => `${place}: ${message}`).join('; ')
  return `${rest} ${failed} cannot be used: ${shown}`.slice(0, 4000)
}
