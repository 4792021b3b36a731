import type { v1SearchFilterSortSpec } from '@atrium/api/generated/operations.d.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { systemActor } from '@atrium/runtime/controller/actor.ts'
import type { ListQuery, Store } from '@atrium/runtime/store/store.ts'
import { clusterOrder, type SearchRow } from './search.ts'
import { rowOf } from './search-row.ts'
import { SortedRows } from './sorted-rows.ts'

const actor = systemActor('cluster-search')
/** Specs are up to 8 MiB each: so many are read at a time. */
const specsAtOnce = 50
/** Orders that are kept; each is a list of references. */
const ordersKept = 16

/**
 * The clusters of one tenant in this server's memory, a row each: ten thousand, read and sorted for every page, would take a second of
 * it. Before each use the rows that changed are read again, so that a page shows whatever was committed before it was asked
 * for. Who may see which of them is for the caller to decide.
 */
export class ClusterRows {
  readonly #store: Store
  readonly #tenant: string
  readonly #rows = new Map<string, SearchRow>()
  readonly #orders = new Map<string, SortedRows<SearchRow>>()
  /** Null until all were read. */
  #position: number | null = null
  #running: Promise<void> = Promise.resolve()
  #waiting: Promise<void> | null = null

  constructor(store: Store, tenant: string) {
    this.#store = store
    this.#tenant = tenant
  }

  get size(): number {
    return this.#rows.size
  }

  /** Resolves once the rows are as they were when it was called, or newer. */
  refresh(): Promise<void> {
    // One that runs may have begun too early for this caller; all who come while it runs share the next. Those who wait
    // for the running one are told how it ends.
    this.#waiting ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#waiting = null
        this.#running = this.#catchUp()
        return this.#running
      })
    return this.#waiting
  }

  /** All rows, first field of `sort` first, then by name. */
  sorted(sort: readonly v1SearchFilterSortSpec[]): readonly SearchRow[] {
    const key = JSON.stringify(sort.map(({ field, order }) => [field, order]))
    const order = this.#orders.get(key) ?? new SortedRows(this.#rows.values(), clusterOrder(sort))
    // Back to the end: the first one is the longest unused.
    this.#orders.delete(key)
    this.#orders.set(key, order)
    const [oldest] = this.#orders.keys()
    if (this.#orders.size > ordersKept && oldest !== undefined) this.#orders.delete(oldest)
    return order.rows
  }

  async #catchUp(): Promise<void> {
    if (this.#position === null) return this.#readAll()
    try {
      const { position, uids } = await this.#store.changedSince(this.#tenant, 'Cluster', this.#position)
      for (let start = 0; start < uids.length; start += specsAtOnce)
        await this.#readSome(uids.slice(start, start + specsAtOnce))
      this.#position = position
    } catch (error) {
      if (!(error instanceof AtriumError) || error.code !== 'ResourceExpired') throw error
      // Nobody asked for so long that the change log forgot, or the database was restored.
      await this.#readAll()
    }
  }

  async #readAll(): Promise<void> {
    this.#position = null
    const position = await this.#store.position()
    const gone = new Set(this.#rows.keys())
    for (let token: string | undefined, more = true; more; more = token !== undefined) {
      const page = await this.#list({ limit: specsAtOnce, ...(token && { continue: token }) })
      for (const row of page.rows) {
        gone.delete(row.uid)
        this.#put(row.uid, row)
      }
      token = page.continue
    }
    for (const uid of gone) this.#put(uid, null)
    const since = await this.#store.changedSince(this.#tenant, 'Cluster', position)
    for (let start = 0; start < since.uids.length; start += specsAtOnce)
      await this.#readSome(since.uids.slice(start, start + specsAtOnce))
    this.#position = since.position
  }

  async #readSome(uids: string[]): Promise<void> {
    const { rows } = await this.#list({ where: { uid: uids } })
    const found = new Map(rows.map((row) => [row.uid, row]))
    for (const uid of uids) this.#put(uid, found.get(uid) ?? null)
  }

  async #list(query: ListQuery): Promise<{ rows: SearchRow[]; continue?: string }> {
    const { items, ...page } = await this.#store.transaction(this.#tenant, actor, (tx) => tx.list('Cluster', query))
    return { ...page, rows: items.map(rowOf) }
  }

  #put(uid: string, row: SearchRow | null): void {
    const before = this.#rows.get(uid) ?? null
    if (before === null && row === null) return
    for (const order of this.#orders.values()) order.replace(before, row)
    if (row === null) this.#rows.delete(uid)
    else this.#rows.set(uid, row)
  }
}

/** Rows that are held for tenants in all: those of whoever asked longest ago go first. About 3 KiB each. */
const rowsHeld = 50_000
const byStore = new WeakMap<Store, Map<string, ClusterRows>>()

/** The clusters of the tenant as they are now. */
export async function clusterRows(store: Store, tenant: string): Promise<ClusterRows> {
  const held = byStore.get(store) ?? new Map<string, ClusterRows>()
  byStore.set(store, held)
  const rows = held.get(tenant) ?? new ClusterRows(store, tenant)
  held.delete(tenant)
  held.set(tenant, rows)
  await rows.refresh()
  forget(held)
  return rows
}

function forget(held: Map<string, ClusterRows>): void {
  let total = [...held.values()].reduce((sum, { size }) => sum + size, 0)
  for (const [tenant, { size }] of held) {
    if (total <= rowsHeld || held.size === 1) return
    held.delete(tenant)
    total -= size
  }
}
