import type { KindName } from '@atrium/api/kinds/index.ts'
import type { ObjectRef } from '@atrium/api/kinds/meta.ts'
import type { Secret } from '../../base/secret.ts'
import type { AuditEntry, ChangeEvent, EventRecord, Revision, StoredObject, WorkKind } from '../store.ts'

export interface QueueRow {
  tenant: string
  kind: WorkKind
  uid: string
  /** When it is to be looked at; null = nothing to do. */
  dueAt: number | null
  /** How far that was set back, to go before others. */
  aheadMs: number
  owner: string | null
  leaseUntil: number
  fence: number
  dirty: boolean
  attempts: number
}

export interface RefRow {
  from: ObjectRef
  field: string
  to: ObjectRef
}

/** A map whose changes can be taken back. Values are never changed in place. */
class Table<V> {
  readonly #rows = new Map<string, V>()
  readonly #undo: (() => void)[]
  constructor(undo: (() => void)[]) {
    this.#undo = undo
  }
  get(key: string): V | undefined {
    return this.#rows.get(key)
  }
  values(): IterableIterator<V> {
    return this.#rows.values()
  }
  set(key: string, value: V): void {
    this.#remember(key)
    this.#rows.set(key, value)
  }
  delete(key: string): void {
    this.#remember(key)
    this.#rows.delete(key)
  }
  /** Deletes every key that starts with `prefix`. */
  deletePrefix(prefix: string): void {
    for (const key of [...this.#rows.keys()]) if (key.startsWith(prefix)) this.delete(key)
  }
  #remember(key: string): void {
    const had = this.#rows.has(key)
    const before = this.#rows.get(key)
    this.#undo.push(() => {
      if (had) this.#rows.set(key, before as V)
      else this.#rows.delete(key)
    })
  }
}

/** What a transaction wants told once it is committed. */
export interface Effects {
  changes: Omit<ChangeEvent, 'position'>[]
  audit: (AuditEntry & { tenant: string })[]
  work: boolean
}

/** All data of the store. One transaction at a time writes; `undo` takes its changes back. */
export class Tables {
  readonly undo: (() => void)[] = []
  readonly objects = new Table<StoredObject>(this.undo)
  /** By object, newest first; the first is the present one. */
  readonly revisions = new Table<Revision<KindName>[]>(this.undo)
  readonly refs = new Table<RefRow[]>(this.undo)
  readonly secrets = new Table<Secret<string>>(this.undo)
  readonly blobs = new Table<Buffer>(this.undo)
  readonly events = new Table<EventRecord[]>(this.undo)
  readonly queue = new Table<QueueRow>(this.undo)
  /** Fences come from one counter that never goes back: a key that went and came again cannot reuse one. */
  fence = 0
  resourceVersion = 0

  rollback(): void {
    for (const step of this.undo.reverse()) step()
    this.undo.length = 0
  }
  commit(): void {
    this.undo.length = 0
  }
}

export const keyOf = (tenant: string, ref: ObjectRef): string => `${tenant}/${ref.kind}/${ref.uid}`
