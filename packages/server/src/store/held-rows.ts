import type { KindName } from '@atrium/api/kinds/index.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { SharedRun } from '@atrium/runtime/base/shared-run.ts'
import { systemActor } from '@atrium/runtime/controller/actor.ts'
import type { ListQuery, Store, StoredObject } from '@atrium/runtime/store/store.ts'

/** Specs are up to 8 MiB each: so many are read at a time. */
const specsAtOnce = 50
export interface RowsOf<K extends KindName, Row> {
  kind: K
  rowOf(object: StoredObject<K>): Row
  /** Told of each row that came, went or was replaced. */
  onChange(before: Row | null, now: Row | null): void
  /** All rows are about to be read anew, each of which is told. */
  onReset?(): void
}

/**
 * The objects of one kind and tenant in this server's memory, a row each: thousands, read for every search, would take a second of
 * it. Before each use the rows that changed are read again, so that a search sees whatever was committed before it was asked
 * for. Who may see which of them is for the caller to decide.
 */
export class HeldRows<K extends KindName, Row extends { uid: string }> {
  readonly #store: Store
  readonly #tenant: string
  readonly #of: RowsOf<K, Row>
  readonly #rows = new Map<string, Row>()
  /** Null until all were read. */
  #position: number | null = null
  readonly #refreshing = new SharedRun(() => this.#catchUp())

  constructor(store: Store, tenant: string, of: RowsOf<K, Row>) {
    this.#store = store
    this.#tenant = tenant
    this.#of = of
  }

  get size(): number {
    return this.#rows.size
  }

  values(): Iterable<Row> {
    return this.#rows.values()
  }

  /** Resolves once the rows are as they were when it was called, or newer. */
  refresh(): Promise<void> {
    return this.#refreshing.run()
  }

  async #catchUp(): Promise<void> {
    if (this.#position === null) return this.#readAll()
    try {
      this.#position = await this.#readSince(this.#position)
    } catch (error) {
      if (!(error instanceof AtriumError) || error.code !== 'ResourceExpired') throw error
      // Nobody asked for so long that the change log forgot, or the database was restored.
      await this.#readAll()
    }
  }

  async #readAll(): Promise<void> {
    this.#position = null
    this.#of.onReset?.()
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
    this.#position = await this.#readSince(position)
  }

  async #readSince(since: number): Promise<number> {
    const { position, uids } = await this.#store.changedSince(this.#tenant, this.#of.kind, since)
    for (let start = 0; start < uids.length; start += specsAtOnce)
      await this.#readSome(uids.slice(start, start + specsAtOnce))
    return position
  }

  async #readSome(uids: string[]): Promise<void> {
    const { rows } = await this.#list({ where: { uid: uids } })
    const found = new Map(rows.map((row) => [row.uid, row]))
    for (const uid of uids) this.#put(uid, found.get(uid) ?? null)
  }

  async #list(query: ListQuery): Promise<{ rows: Row[]; continue?: string }> {
    const { kind, rowOf } = this.#of
    const actor = systemActor(`rows-of-${kind}`)
    const { items, ...page } = await this.#store.transaction(this.#tenant, actor, (tx) => tx.list(kind, query))
    return { ...page, rows: items.map(rowOf) }
  }

  #put(uid: string, row: Row | null): void {
    const before = this.#rows.get(uid) ?? null
    if (before === null && row === null) return
    this.#of.onChange(before, row)
    if (row === null) this.#rows.delete(uid)
    else this.#rows.set(uid, row)
  }
}

/** What is held of each tenant, made on first use. Beyond the limit those of whoever asked longest ago go first. */
export class HeldByTenant<T extends { sizeBytes: number; refresh(): Promise<void> }> {
  readonly #maxBytes: number
  readonly #byStore = new WeakMap<Store, Map<string, T>>()

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The tenant's rows as they are now. */
  async of(store: Store, tenant: string, make: () => T): Promise<T> {
    const held = this.#byStore.get(store) ?? new Map<string, T>()
    this.#byStore.set(store, held)
    const rows = held.get(tenant) ?? make()
    held.delete(tenant)
    held.set(tenant, rows)
    await rows.refresh()
    this.#forget(held)
    return rows
  }

  #forget(held: Map<string, T>): void {
    let total = [...held.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    for (const [tenant, { sizeBytes }] of held) {
      if (total <= this.#maxBytes || held.size === 1) return
      held.delete(tenant)
      total -= sizeBytes
    }
  }
}
