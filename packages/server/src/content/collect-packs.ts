import type { OciClient } from '@atrium/pack/sources/oci/client.ts'
import { OciError } from '@atrium/pack/sources/oci/types.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { ReconcileRequest } from '@atrium/runtime/controller/reconciler.ts'
import type { Store, StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { isKept } from './kept.ts'
import { type PackRow, packRows } from './pack-rows.ts'
import { packsInUse } from './pack-use.ts'
import { isOffered, withdrawn } from './sync-plan.ts'
import { contentActor } from './tenant.ts'

export interface CollectTimes {
  /** How long a version that is not offered any more is kept though nobody uses it: its registry may have been away. */
  keepMs: number
  /** Between giving a version up and removing it: longer than any transaction that still saw it takes. */
  settleMs: number
}

export interface CollectDeps {
  store: Store
  clock: Clock
  /** The platform's registry, which holds the copies; null when packs stay where they are. */
  keeper: OciClient | null
  times: CollectTimes
  /** Tenants whose profiles and clusters may use packs of this registry. */
  usersOf(registry: StoredObject<'Registry'>): Promise<string[]>
}

/** Holds a pack that was given up until its copy is gone. */
const copyFinalizer = 'copy'
const atOnce = 100
const hourMs = 3_600_000

/**
 * Removes packs that their registry does not offer and that no layer holds, with their copies: first each is given up, so that
 * nothing can choose it any more; once that has settled, and if still nothing holds it, its copy goes and then itself. Wherever
 * this is cut off, the next run goes on. Of a registry that is being deleted, every pack is given up at once. Answers how many steps were done.
 */
export async function collectPacks(
  deps: CollectDeps,
  registry: StoredObject<'Registry'>,
  request: Pick<ReconcileRequest, 'claim' | 'signal'>,
): Promise<number> {
  const { store, clock, times } = deps
  const { uid, tenant, deletedAt } = registry.meta
  const rows = new Map((await packRows(store, tenant)).ofRegistry(uid).map((row) => [row.uid, row]))
  const isOlder = (at: string, ms: number): boolean => Date.parse(at) + ms <= clock.now()
  const wanted = [...rows.values()].filter(({ meta, spec }) => {
    if (meta.deletedAt !== null) return isOlder(meta.deletedAt, times.settleMs)
    return deletedAt !== null || (!isOffered({ spec }) && isOlder(meta.modifiedAt, times.keepMs))
  })
  if (wanted.length === 0) return 0
  // Those that somebody uses stay among them: each hour begins elsewhere, so that none waits behind them for ever.
  const first = (Math.floor(clock.now() / hourMs) * atOnce) % wanted.length
  const some = [...wanted.slice(first), ...wanted.slice(0, first)].slice(0, atOnce)
  const used = new Set<string>()
  for (const user of await deps.usersOf(registry)) {
    const found = await store.transaction(user, contentActor, (tx) => packsInUse(tx, uid, uids(some)))
    for (const one of found) used.add(one)
  }
  const free = some.filter((row) => !used.has(row.uid))
  for (const row of free) {
    request.signal.throwIfAborted()
    if (row.meta.deletedAt === null) await giveUp(deps, row, request)
    else await remove(deps, row, rows, request)
  }
  return free.length
}

const uids = (rows: readonly PackRow[]): string[] => rows.map(({ uid }) => uid)

const giveUp = ({ store }: CollectDeps, { uid, meta }: PackRow, { claim }: Pick<ReconcileRequest, 'claim'>) =>
  store.transaction(
    meta.tenant,
    contentActor,
    async (tx) => {
      await tx.addFinalizer('Pack', uid, copyFinalizer)
      await tx.delete('Pack', uid, withdrawn)
    },
    claim,
  )

async function remove(
  { store, keeper }: CollectDeps,
  { uid, meta, spec }: PackRow,
  rows: Map<string, PackRow>,
  { claim, signal }: Pick<ReconcileRequest, 'claim' | 'signal'>,
): Promise<void> {
  const { repository, digest } = spec
  rows.delete(uid)
  // The same content may have come back since, as a pack of its own.
  const isShared = [...rows.values()].some((row) => row.spec.digest === digest && row.spec.repository === repository)
  const run = (work: (tx: Tx) => Promise<void>): Promise<void> =>
    store.transaction(meta.tenant, contentActor, work, claim)
  if (keeper && isKept(repository) && !isShared) {
    // Whoever lost the registry to another worker deletes nothing.
    await run(() => Promise.resolve())
    await keeper.deleteManifest(repository, digest, signal).catch((error: unknown) => {
      // A registry that removes nothing keeps it: there is nothing to try again.
      if (!(error instanceof OciError && error.status === 405)) throw error
    })
  }
  await run((tx) => tx.removeFinalizer('Pack', uid, copyFinalizer))
}
