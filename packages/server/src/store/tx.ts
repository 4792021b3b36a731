import type { KindName, SpecOf } from '@atrium/api/kinds/index.ts'
import type { ObjectRef } from '@atrium/api/kinds/meta.ts'
import { isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import {
  type AuditEntry,
  type BriefPage,
  type EventRecord,
  type ListPage,
  type ListQuery,
  type NamesPage,
  type NewObject,
  type Referrer,
  type Revision,
  type SharedReads,
  type SpecPatch,
  type StatusPatch,
  type StoredObject,
  systemTenant,
  type Tx,
  type WorkKind,
} from '@atrium/runtime/store/store.ts'
import { auditWrite, noteAudit } from './audit.ts'
import { readBlobs, writeBlobs } from './blobs.ts'
import { gather } from './gather.ts'
import { addEvents, readEvents } from './object-events.ts'
import { listBriefs, listNames, listObjects } from './object-list.ts'
import { listReferrers, replaceRefs } from './object-refs.ts'
import { lockObject, lockObjects, readObject } from './object-rows.ts'
import { insertObjects, patched, removeObject, replaceObject } from './object-writes.ts'
import { type Enqueued, enqueueKeys } from './queue-marks.ts'
import { readRevisions } from './revisions.ts'
import { deleteSecret, readSecret, writeSecret } from './secrets.ts'
import { mergeStatuses, type StatusWrite } from './status-writes.ts'
import { notFound, type TxContext, touch } from './tx-context.ts'

/**
 * One transaction on PostgreSQL. Every write locks the object's rows first, then says what changed. Locks, status writes, blobs
 * and keys of the queue that are asked for at once are one statement.
 */
export class PostgresTx implements Tx {
  readonly tenant: string
  readonly shared: SharedReads
  readonly putBlob: (content: Buffer) => Promise<string>
  readonly getBlob: (digest: string) => Promise<Buffer | null>
  readonly #context: TxContext
  readonly #lock: (ref: { kind: KindName; uid: string }) => Promise<StoredObject | null>
  readonly #insert: (object: NewObject<KindName>) => Promise<StoredObject>
  readonly #writeStatus: (write: StatusWrite) => Promise<unknown>
  readonly #enqueue: (key: Enqueued) => Promise<unknown>

  constructor(context: TxContext) {
    this.tenant = context.tenant
    this.#context = context
    this.putBlob = gather((contents) => writeBlobs(context, contents))
    this.getBlob = gather((digests) => readBlobs(context, digests))
    this.#lock = gather((refs) => lockObjects(context, refs))
    this.#insert = gather((objects) => insertObjects(context, objects))
    this.#writeStatus = gather(async (writes) => {
      await mergeStatuses(context, writes)
      return []
    })
    this.#enqueue = gather(async (keys) => {
      await enqueueKeys(context, keys)
      return []
    })
    // Row-level security lets every tenant select these rows.
    const system = { ...context, tenant: systemTenant }
    this.shared = {
      get: (kind, uid) => readObject(system, kind, uid),
      list: (kind, query = {}) => listObjects(system, kind, query),
    }
  }

  get<K extends KindName>(kind: K, uid: string): Promise<StoredObject<K> | null> {
    return readObject(this.#context, kind, uid)
  }

  async getForUpdate<K extends KindName>(kind: K, uid: string): Promise<StoredObject<K> | null> {
    return (await this.#lock({ kind, uid })) as StoredObject<K> | null
  }

  list<K extends KindName>(kind: K, query: ListQuery = {}): Promise<ListPage<K>> {
    return listObjects(this.#context, kind, query)
  }

  listBrief<K extends KindName>(kind: K, query: ListQuery = {}): Promise<BriefPage<K>> {
    return listBriefs(this.#context, kind, query)
  }

  listNames(kind: KindName, query: ListQuery = {}): Promise<NamesPage> {
    return listNames(this.#context, kind, query)
  }

  async create<K extends KindName>(object: NewObject<K>): Promise<StoredObject<K>> {
    const created = (await this.#insert(object as NewObject<KindName>)) as StoredObject<K>
    this.#wrote('create', created)
    return created
  }

  async update<K extends KindName>(kind: K, uid: string, patch: SpecPatch<K>): Promise<StoredObject<K>> {
    return this.#patch(await lockObject(this.#context, kind, uid), patch)
  }

  async updateStatus<K extends KindName>(kind: K, uid: string, patch: StatusPatch<K>): Promise<void> {
    await this.#writeStatus({ kind, uid, patch } as StatusWrite)
  }

  async delete<K extends KindName>(kind: K, uid: string, lastChange?: (spec: SpecOf<K>) => SpecOf<K>): Promise<void> {
    const locked = await lockObject(this.#context, kind, uid, 'delete')
    const stored = lastChange ? await this.#patch(locked, { spec: lastChange(locked.spec) }) : locked
    if (stored.meta.deletedAt !== null) return
    const usedBy = await this.referrers({ kind, uid })
    if (usedBy.length > 0)
      throw new AtriumError('ResourceInUse', `${kind} ${stored.meta.name} is in use by ${usedBy[0]?.name}`, {
        details: { usedBy: usedBy.map(({ from, name, project }) => ({ ...from, name, project })) },
      })
    if (stored.meta.finalizers.length === 0) await removeObject(this.#context, stored)
    else {
      const meta = { ...stored.meta, deletedAt: isoNow(this.#context.clock) }
      await replaceObject(this.#context, stored, { ...stored, meta })
    }
    this.#wrote('delete', stored)
  }

  async addFinalizer(kind: KindName, uid: string, finalizer: string): Promise<void> {
    const stored = await lockObject(this.#context, kind, uid)
    const { finalizers } = stored.meta
    if (finalizers.includes(finalizer)) return
    const meta = { ...stored.meta, finalizers: [...finalizers, finalizer] }
    await replaceObject(this.#context, stored, { ...stored, meta })
  }

  async removeFinalizer(kind: KindName, uid: string, finalizer: string): Promise<void> {
    const stored = await lockObject(this.#context, kind, uid, 'delete')
    if (!stored.meta.finalizers.includes(finalizer)) return
    const finalizers = stored.meta.finalizers.filter((name) => name !== finalizer)
    touch(this.#context, { kind, uid })
    if (finalizers.length === 0 && stored.meta.deletedAt !== null) return removeObject(this.#context, stored)
    await replaceObject(this.#context, stored, { ...stored, meta: { ...stored.meta, finalizers } })
  }

  setRefs(from: ObjectRef, refs: Record<string, ObjectRef[]>): Promise<void> {
    return replaceRefs(this.#context, from, refs)
  }

  referrers(to: ObjectRef): Promise<Referrer[]> {
    return listReferrers(this.#context, to)
  }

  revisions<K extends KindName>(
    kind: K,
    uid: string,
    query: { limit: number; before?: number },
  ): Promise<Revision<K>[]> {
    return readRevisions(this.#context, kind, uid, query)
  }

  async putSecret(ref: ObjectRef, field: string, value: Secret<string>): Promise<void> {
    const stored = await lockObject(this.#context, ref.kind as KindName, ref.uid)
    if (await writeSecret(this.#context, ref, field, value)) this.#wrote('setSecret', stored)
  }

  getSecret(ref: ObjectRef, field: string): Promise<Secret<string> | null> {
    return readSecret(this.#context, ref, field)
  }

  async copySecret(from: ObjectRef, to: ObjectRef, field: string): Promise<void> {
    const value = await this.getSecret(from, field)
    if (value === null) throw notFound('Secret', field)
    await this.putSecret(to, field, value)
  }

  async removeSecret(ref: ObjectRef, field: string): Promise<void> {
    const stored = await lockObject(this.#context, ref.kind as KindName, ref.uid)
    if (await deleteSecret(this.#context, ref, field)) this.#wrote('removeSecret', stored)
  }

  appendEvents(ref: ObjectRef, events: EventRecord[]): Promise<void> {
    return addEvents(this.#context, ref, events)
  }

  events(
    ref: ObjectRef,
    query: { limit: number; continue?: string },
  ): Promise<{ items: EventRecord[]; continue?: string }> {
    return readEvents(this.#context, ref, query)
  }

  async audit(entry: AuditEntry): Promise<void> {
    noteAudit(this.#context, entry)
  }

  async enqueue(kind: WorkKind, uid: string, delayMs = 0): Promise<void> {
    await this.#enqueue({ kind, uid, delayMs })
  }

  async #patch<K extends KindName>(stored: StoredObject<K>, patch: SpecPatch<K>): Promise<StoredObject<K>> {
    const next = patched(stored, patch)
    if (next === stored) return stored
    const written = await replaceObject(this.#context, stored, next)
    this.#wrote('update', written)
    return written
  }

  #wrote(verb: string, stored: StoredObject): void {
    auditWrite(this.#context, verb, stored)
    touch(this.#context, { kind: stored.kind, uid: stored.meta.uid })
  }
}
