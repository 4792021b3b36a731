import type { Condition } from '@atrium/api/conditions.ts'
import type { KindName, SpecOf, StatusOf } from '@atrium/api/kinds/index.ts'
import type { ObjectMeta, ObjectRef } from '@atrium/api/kinds/meta.ts'
import type { TagFilter } from '@atrium/api/tags.ts'
import type { Secret } from '../base/secret.ts'

/** Content that every tenant may use (the platform's registry and its packs) lives in this tenant. */
export const systemTenant = 'system'

/** One stored object. `spec` is written by users, `status` and `conditions` by controllers and agents. */
export interface StoredObject<K extends KindName = KindName> {
  kind: K
  meta: ObjectMeta
  spec: SpecOf<K>
  status: StatusOf<K>
  conditions: Condition[]
}

/** Who acts, for the audit record that is written in the transaction of every user's change. */
export interface Actor {
  /** `user`, `apiKey`: people; `agent`: a cluster's agent; `system`: a controller; `operator`: the installation's own credential. */
  type: 'user' | 'apiKey' | 'agent' | 'system' | 'operator'
  uid: string
  name: string
  /** Why, in a person's own words: kept with the revisions that are made, and in the audit record. */
  note?: string
  /** Tells the request that makes something from every other one; the same when it is sent again. */
  request?: string
}

/** A spec as it was written once. */
export interface Revision<K extends KindName> {
  /** Its number. */
  generation: number
  at: string
  /** Null when it was written before that was recorded. */
  by: Omit<Actor, 'note' | 'request'> | null
  note: string | null
  spec: SpecOf<K>
}

export interface NewObject<K extends KindName> {
  kind: K
  /** Made by the store when absent. */
  uid?: string
  project: string | null
  name: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  finalizers?: string[]
  owner?: ObjectRef | null
  spec: SpecOf<K>
  status?: StatusOf<K>
}

/** Part of a tenant's objects: those that fit everything it says. */
export interface Reach {
  /** Uids of projects, null = tenant scope; absent = any. */
  projects?: readonly (string | null)[]
  uids?: readonly string[]
  /** Of which one lets the labels pass that stand for the object (`KindDefinition.taggedBy`). */
  filters?: readonly TagFilter[]
}

export interface ListQuery {
  /** A project uid, `null` for objects of tenant scope only, an array for any of several, absent for all. */
  project?: string | null | (string | null)[]
  /** Equality on `name`, `uid` and columns the kind declares (`listColumns`), e.g. `{ cloudConfigUid: '…' }`; an array means "one of". */
  where?: Record<string, string | string[]>
  labels?: Record<string, string>
  /** Of which one reaches the object; beside every other condition. */
  within?: readonly Reach[]
  /**
   * A part that the spec must hold: objects by the keys they share, arrays by elements anywhere in them. No index helps,
   * so every spec of the scope is looked into, but none is read that does not hold it.
   */
  holding?: unknown
  owner?: ObjectRef
  /** `name` unless given; must be `name`, `createdAt`, `modifiedAt` or a declared sort column. */
  orderBy?: { column: string; descending?: boolean }
  /** 0 or absent = everything, read in bounded pages inside. */
  limit?: number
  /** Token of the previous page. */
  continue?: string
  offset?: number
}

export interface ListPage<K extends KindName> {
  items: StoredObject<K>[]
  /** Absent when this was the last page. */
  continue?: string
  /** Number of all matching objects. */
  count: number
}

/** An object without its spec, which may be megabytes: for answers about very many. */
export interface BriefObject<K extends KindName = KindName> extends Omit<StoredObject<K>, 'spec'> {
  /** What the kind declares as `listColumns`; null where the spec has no such value. */
  columns: Record<string, string | null>
}

export interface BriefPage<K extends KindName> extends Omit<ListPage<K>, 'items'> {
  items: BriefObject<K>[]
}

/** What a list to choose from shows of an object. */
export interface NamedObject extends Pick<ObjectMeta, 'uid' | 'name' | 'project'>, Pick<BriefObject, 'columns'> {}

export interface NamesPage extends Omit<ListPage<KindName>, 'items'> {
  items: NamedObject[]
}

/** What a spec write may change; absent = unchanged. */
export interface SpecPatch<K extends KindName> {
  name?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  spec?: SpecOf<K>
  /** Refuses with `ResourceConflict` when the stored resourceVersion differs. */
  ifResourceVersion?: number
}

/** Status and conditions replace what the writer owns: conditions are merged by type. */
export interface StatusPatch<K extends KindName> {
  /** Shallow merge into the stored status; `undefined` leaves a key as it is. */
  status?: Partial<StatusOf<K>>
  conditions?: Condition[]
}

/** What the queue holds keys of: objects, tenants themselves, under their own uid, and mail that is to be sent. */
export type WorkKind = KindName | 'Tenant' | 'Mail'

/** A claim on one queue key: what a worker does carries it, and is refused with `LeaseLost` once another one claimed the key. */
export interface Fence {
  kind: WorkKind
  uid: string
  fence: number
}

/** An object that refers to another one, and where it lives. */
export interface Referrer {
  from: ObjectRef
  name: string
  project: string | null
  field: string
}

/** Kinds that the installation shares with every tenant. */
export type SharedKind = 'Registry' | 'Pack'

/** Reads of what tenant `system` shares with every tenant, in the transaction of that tenant: a second one would need a second connection. */
export interface SharedReads {
  get<K extends SharedKind>(kind: K, uid: string): Promise<StoredObject<K> | null>
  list<K extends SharedKind>(kind: K, query?: ListQuery): Promise<ListPage<K>>
}

/**
 * One transaction of one tenant. Reads see the transaction's own writes.
 *
 * Writes put keys into the work queue by themselves: `create`, `update`, `delete`, `removeFinalizer` and those of secrets
 * enqueue the object itself when its kind is `reconciled`, and every object of a reconciled kind that refers to it
 * (`setRefs`), so that a repaired account or an updated input is noticed at once. Status writes enqueue nothing, and no
 * write does that a worker makes with its claim for the claimed object itself.
 * Writes to an object that does not exist are refused with `ResourceNotFound`, as is an object whose project or owner
 * does not exist; a broken unique key with `DuplicateName`. An object that owns others, or a project that holds some,
 * cannot go before them: `ResourceInUse` names them.
 */
export interface Tx {
  readonly tenant: string
  readonly shared: SharedReads
  get<K extends KindName>(kind: K, uid: string): Promise<StoredObject<K> | null>
  /** As `get`, and holds the row until the transaction ends. */
  getForUpdate<K extends KindName>(kind: K, uid: string): Promise<StoredObject<K> | null>
  list<K extends KindName>(kind: K, query?: ListQuery): Promise<ListPage<K>>
  listBrief<K extends KindName>(kind: K, query?: ListQuery): Promise<BriefPage<K>>
  /** A fifth of what `listBrief` costs. */
  listNames(kind: KindName, query?: ListQuery): Promise<NamesPage>
  create<K extends KindName>(object: NewObject<K>): Promise<StoredObject<K>>
  /** Raises `generation` only when the spec changed; keeps the former spec as a revision. */
  update<K extends KindName>(kind: K, uid: string, patch: SpecPatch<K>): Promise<StoredObject<K>>
  /** Never raises `generation`. A patch that changes nothing writes nothing and emits no event. */
  updateStatus<K extends KindName>(kind: K, uid: string, patch: StatusPatch<K>): Promise<void>
  /**
   * Marks it deleted (an `updated` event); it goes at once when no finalizers hold it. Refuses with `ResourceInUse` while
   * others refer to it. `lastChange` says in the spec how it is to go, also when it is being deleted already: part of
   * the deletion, for whoever may delete.
   */
  delete<K extends KindName>(kind: K, uid: string, lastChange?: (spec: SpecOf<K>) => SpecOf<K>): Promise<void>
  addFinalizer(kind: KindName, uid: string, finalizer: string): Promise<void>
  /** Removes the object too when it is marked deleted and this was the last finalizer. */
  removeFinalizer(kind: KindName, uid: string, finalizer: string): Promise<void>
  /** The references this object holds, by field; replaces those of the fields named. */
  setRefs(from: ObjectRef, refs: Record<string, ObjectRef[]>): Promise<void>
  /** Who refers to it: answers "in use by". */
  referrers(to: ObjectRef): Promise<Referrer[]>
  /** The present spec and those before it that are kept, newest first; `before` leaves out that generation and newer ones. */
  revisions<K extends KindName>(kind: K, uid: string, query: { limit: number; before?: number }): Promise<Revision<K>[]>
  putSecret(ref: ObjectRef, field: string, value: Secret<string>): Promise<void>
  getSecret(ref: ObjectRef, field: string): Promise<Secret<string> | null>
  /** Gives `to` the same secret under the same field, without showing it; nothing to copy is `ResourceNotFound`. */
  copySecret(from: ObjectRef, to: ObjectRef, field: string): Promise<void>
  /** Without effect when the object has no such secret. */
  removeSecret(ref: ObjectRef, field: string): Promise<void>
  /** Content-addressed text (desired-state blobs): `sha256:<hex>` of the content. Stored once per tenant, encrypted. */
  putBlob(content: Buffer): Promise<string>
  getBlob(digest: string): Promise<Buffer | null>
  /** Appends high-rate facts about an object (Kubernetes events, life-cycle steps). Bounded per object by the store. */
  appendEvents(ref: ObjectRef, events: EventRecord[]): Promise<void>
  /** Newest first; `limit` 0 = everything that is kept. */
  events(
    ref: ObjectRef,
    query: { limit: number; continue?: string },
  ): Promise<{ items: EventRecord[]; continue?: string }>
  /** Audit of a change that is no object write of its own; object writes by an actor are audited by the store. */
  audit(entry: AuditEntry): Promise<void>
  /**
   * Puts the object's key into the work queue, due after `delayMs` (0 = at once; less = at once, and before what has waited for
   * less than that); a key that waits moves only forward.
   */
  enqueue(kind: WorkKind, uid: string, delayMs?: number): Promise<void>
}

export interface EventRecord {
  /** Stable across retries: the same id is stored once. */
  id: string
  at: string
  severity: 'Info' | 'Warning' | 'Error'
  reason: string
  message: string
  /** What it is about, e.g. `Pod default/web-1` or `Layer hello`. */
  involved: string
  source: string
}

export interface AuditEntry {
  actor: Actor
  action: string
  object: ObjectRef & { name: string }
  project: string | null
  message: string
}

/** What happened to an object. `position` is gapless and ascends; `resourceVersion` ascends per object. */
export interface ChangeEvent {
  position: number
  tenant: string
  kind: KindName
  uid: string
  project: string | null
  type: 'created' | 'updated' | 'status' | 'deleted'
  resourceVersion: number
  /** Labels that stood for the object until it changed them or went; null or absent where they stayed. Of the server, never shown. */
  formerLabels?: Record<string, string> | null
}

/** One key of the work queue, held by this worker until `leaseUntil`. */
export interface Claim {
  tenant: string
  kind: WorkKind
  uid: string
  fence: number
  /** How many runs in a row failed. */
  attempts: number
  leaseUntil: number
}

export interface WorkQueue {
  /** Up to `limit` due keys, oldest first, leased for `leaseMs` to `owner`. Fences of one key ascend for ever, also after the object went. */
  claim(options: { owner: string; kinds: WorkKind[]; limit: number; leaseMs: number }): Promise<Claim[]>
  /** False once another worker claimed the key, or the run was finished. */
  renew(claim: Claim, leaseMs: number): Promise<boolean>
  /** Ends the run: due again after `requeueAfterMs`, or at once when the key was marked meanwhile. `failed` raises `attempts`, success clears it. Without effect once the claim is lost. */
  finish(claim: Claim, result: { requeueAfterMs?: number; failed: boolean }): Promise<void>
  /** Calls back when keys may be due; polling remains the worker's own duty. Returns the way to stop. */
  onWork(listener: () => void): () => void
  /** Keys waiting, and the oldest one's lateness. */
  depth(): Promise<{ due: number; oldestMs: number }>
}

export interface WatchOptions {
  tenant: string
  /** Absent = every kind. */
  kinds?: KindName[]
  /** Position to go on after; absent = from now. */
  since?: number
  /** Told where the watch stands: at its beginning, and whenever all up to there was taken by the reader, events it did not ask for included. */
  reached?: (position: number) => void
  signal: AbortSignal
}

export interface Changed {
  position: number
  uids: string[]
}

export interface Store {
  /**
   * Runs `work` in one transaction of `tenant` as `actor`; retried on serialisation failures, so `work` has no other
   * effects. Refused inside another transaction: it could wait for a connection that the outer one holds.
   * With a `fence` of that tenant it commits only while no other worker has claimed the key, also when it writes nothing.
   */
  transaction<T>(tenant: string, actor: Actor, work: (tx: Tx) => Promise<T>, fence?: Fence): Promise<T>
  /** Events after `since` (a position; absent = from now), then live ones. Ends when `signal` aborts. `ResourceExpired` when `since` is no longer kept. */
  watch(options: WatchOptions): AsyncIterable<ChangeEvent>
  /** The newest position. */
  position(): Promise<number>
  /**
   * The tenant's objects of this kind that changed after position `since`, and the position to ask from next time. All that
   * was committed before the call is among them, also what has no position yet. `ResourceExpired` when `since` is no longer kept.
   */
  changedSince(tenant: string, kind: KindName, since: number): Promise<Changed>
  readonly queue: WorkQueue
  /**
   * A lease on a name, for work that one process of the installation does at a time. True when `owner` holds it now
   * (it was free, had run out, or was already its own) for `leaseMs` from now.
   */
  lease(name: string, owner: string, leaseMs: number): Promise<boolean>
  /** Gives the lease back early; without effect when `owner` does not hold it. */
  release(name: string, owner: string): Promise<void>
  close(): Promise<void>
}
