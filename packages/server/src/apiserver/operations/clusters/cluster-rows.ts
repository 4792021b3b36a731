import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { SharedRun } from '@atrium/runtime/base/shared-run.ts'
import { systemActor } from '@atrium/runtime/controller/actor.ts'
import type { ListQuery, Store } from '@atrium/runtime/store/store.ts'
import type { Print } from '../../operation.ts'
import { sizeOfRow } from './printed-row.ts'
import type { SearchRow } from './search.ts'
import { rowOf } from './search-row.ts'
import { type Selection, Selections } from './selections.ts'

const actor = systemActor('cluster-search')
/** Specs are up to 8 MiB each: so many are read at a time. */
const specsAtOnce = 50

/**
 * The clusters of one tenant in this server's memory, a row each: ten thousand, read and sorted for every page, would take a second of
 * it. Before each use the rows that changed are read again, so that a page shows whatever was committed before it was asked
 * for. Who may see which of them is for the caller to decide.
 */
export class ClusterRows {
  readonly #store: Store
  readonly #tenant: string
  readonly #print: Print
  readonly #rows = new Map<string, SearchRow>()
  #selections = new Selections()
  #sizeBytes = 0
  /** Null until all were read. */
  #position: number | null = null
  readonly #refreshing = new SharedRun(() => this.#catchUp())

  constructor(store: Store, tenant: string, print: Print) {
    this.#store = store
    this.#tenant = tenant
    this.#print = print
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Resolves once the rows are as they were when it was called, or newer. */
  refresh(): Promise<void> {
    return this.#refreshing.run()
  }

  /** Those that pass, in the order asked for. */
  select(selection: Selection): readonly SearchRow[] {
    return this.#selections.of(this.#rows.values(), selection)
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
    // Cheaper made anew than told of each row.
    this.#selections = new Selections()
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
    return { ...page, rows: items.map((cluster) => rowOf(cluster, this.#print)) }
  }

  #put(uid: string, row: SearchRow | null): void {
    const before = this.#rows.get(uid) ?? null
    if (before === null && row === null) return
    this.#selections.replace(before, row)
    this.#sizeBytes += (row === null ? 0 : sizeOf(row)) - (before === null ? 0 : sizeOf(before))
    if (row === null) this.#rows.delete(uid)
    else this.#rows.set(uid, row)
  }
}

/** Beside its printed text, about: names, tags and places in lists. */
const fieldsBytes = 1_000
const sizeOf = ({ printed }: SearchRow): number => fieldsBytes + sizeOfRow(printed)

/** What is held for tenants in all; the rows of whoever asked longest ago go first. */
const heldBytesMax = 128 * 1024 * 1024
const byStore = new WeakMap<Store, Map<string, ClusterRows>>()

/** The clusters of the tenant as they are now, printed by `print`: the same for all of a store. */
export async function clusterRows(store: Store, tenant: string, print: Print): Promise<ClusterRows> {
  const held = byStore.get(store) ?? new Map<string, ClusterRows>()
  byStore.set(store, held)
  const rows = held.get(tenant) ?? new ClusterRows(store, tenant, print)
  held.delete(tenant)
  held.set(tenant, rows)
  await rows.refresh()
  forget(held)
  return rows
}

function forget(held: Map<string, ClusterRows>): void {
  let total = [...held.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  for (const [tenant, { sizeBytes }] of held) {
    if (total <= heldBytesMax || held.size === 1) return
    held.delete(tenant)
    total -= sizeBytes
  }
}
