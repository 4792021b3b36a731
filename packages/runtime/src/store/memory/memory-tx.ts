import { createHash } from 'node:crypto'
import { type KindName, kinds, type SpecOf, type StatusOf } from '@atrium/api/kinds/index.ts'
import type { ObjectMeta, ObjectRef } from '@atrium/api/kinds/meta.ts'
import { type Clock, isoNow } from '../../base/clock.ts'
import { AtriumError } from '../../base/errors.ts'
import { jsonCopy, sameJson } from '../../base/json.ts'
import { newUid, type Random } from '../../base/random.ts'
import { Secret } from '../../base/secret.ts'
import { mergeConditions, mergeStatus } from '../merge.ts'
import {
  type Actor,
  type AuditEntry,
  type BriefPage,
  type ChangeEvent,
  type EventRecord,
  type Fence,
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
} from '../store.ts'
import { addEvents, pageOfEvents } from './events.ts'
import { briefOf, listObjects } from './list.ts'
import { mark } from './queue.ts'
import { type Effects, keyOf, type RefRow, type Tables } from './tables.ts'
import { checkUnique } from './unique.ts'

export interface MemoryTxOptions {
  tenant: string
  actor: Actor
  tables: Tables
  effects: Effects
  clock: Clock
  random: Random
  limits: { events: number; history: number }
  /** The claim of the worker that writes. */
  fence?: Fence | undefined
}

const isReconciled = (kind: string): kind is KindName => kinds[kind as KindName]?.reconciled === true
const notFound = (kind: string, uid: string): AtriumError =>
  new AtriumError('ResourceNotFound', `${kind} ${uid} does not exist`, { details: { kind, uid } })

/** One transaction of the in-memory store: it runs alone, and its changes are undone when it throws. */
export class MemoryTx implements Tx {
  readonly tenant: string
  readonly shared: SharedReads
  readonly #o: MemoryTxOptions

  constructor(options: MemoryTxOptions) {
    this.tenant = options.tenant
    this.#o = options
    const inSystem = (): MemoryTx => new MemoryTx({ ...options, tenant: systemTenant })
    this.shared = {
      get: (kind, uid) => inSystem().get(kind, uid),
      list: (kind, query) => inSystem().list(kind, query),
    }
  }

  async get<K extends KindName>(kind: K, uid: string): Promise<StoredObject<K> | null> {
    const found = this.#o.tables.objects.get(this.#key({ kind, uid }))
    return found ? (jsonCopy(found) as StoredObject<K>) : null
  }

  getForUpdate<K extends KindName>(kind: K, uid: string): Promise<StoredObject<K> | null> {
    return this.get(kind, uid)
  }

  async list<K extends KindName>(kind: K, query: ListQuery = {}): Promise<ListPage<K>> {
    return jsonCopy(listObjects(this.#all(kind), kind, query, (object) => this.#labelsOf(object)))
  }

  async listBrief<K extends KindName>(kind: K, query: ListQuery = {}): Promise<BriefPage<K>> {
    const { items, ...page } = await this.list(kind, query)
    return { ...page, items: items.map(briefOf) }
  }

  async listNames(kind: KindName, query: ListQuery = {}): Promise<NamesPage> {
    const { items, ...page } = await this.listBrief(kind, query)
    return {
      ...page,
      items: items.map(({ meta: { uid, name, project }, columns }) => ({ uid, name, project, columns })),
    }
  }

  async create<K extends KindName>(object: NewObject<K>): Promise<StoredObject<K>> {
    const uid = object.uid ?? newUid(this.#o.random)
    if (this.#o.tables.objects.get(this.#key({ kind: object.kind, uid })))
      throw new AtriumError('DuplicateName', `${object.kind} ${uid} exists already`)
    if (object.project !== null) this.#must('Project', object.project)
    if (object.owner) this.#must(object.owner.kind as KindName, object.owner.uid)
    const at = isoNow(this.#o.clock)
    const stored: StoredObject<K> = jsonCopy({
      kind: object.kind,
      meta: {
        tenant: this.tenant,
        project: object.project,
        uid,
        name: object.name,
        generation: 1,
        resourceVersion: 0,
        labels: object.labels ?? {},
        annotations: object.annotations ?? {},
        finalizers: object.finalizers ?? [],
        owner: object.owner ?? null,
        createdAt: at,
        modifiedAt: at,
        deletedAt: null,
      },
      spec: object.spec,
      status: object.status ?? ({} as StatusOf<K>),
      conditions: [],
    })
    this.#checkUnique(stored)
    const written = this.#write(stored, 'created')
    this.#remember(written)
    this.#audit('create', written)
    this.#touch(written)
    return jsonCopy(written)
  }

  async update<K extends KindName>(kind: K, uid: string, patch: SpecPatch<K>): Promise<StoredObject<K>> {
    const stored = this.#must(kind, uid)
    if (patch.ifResourceVersion !== undefined && patch.ifResourceVersion !== stored.meta.resourceVersion)
      throw new AtriumError('ResourceConflict', `${kind} ${stored.meta.name} changed since it was read: read it again`)
    const spec = patch.spec === undefined ? stored.spec : jsonCopy(patch.spec)
    const specChanged = !sameJson(spec, stored.spec)
    const meta: ObjectMeta = {
      ...stored.meta,
      name: patch.name ?? stored.meta.name,
      labels: patch.labels ?? stored.meta.labels,
      annotations: patch.annotations ?? stored.meta.annotations,
      generation: stored.meta.generation + (specChanged ? 1 : 0),
    }
    const next: StoredObject<K> = { ...stored, meta: jsonCopy(meta), spec }
    if (sameJson(next, stored)) return jsonCopy(stored)
    this.#checkUnique(next)
    const former = sameJson(next.meta.labels, stored.meta.labels) ? null : this.#labelsOf(stored)
    const written = this.#write(next, 'updated', true, former)
    if (specChanged) this.#remember(written)
    this.#audit('update', written)
    this.#touch(written)
    return jsonCopy(written)
  }

  async updateStatus<K extends KindName>(kind: K, uid: string, patch: StatusPatch<K>): Promise<void> {
    const stored = this.#must(kind, uid)
    const next: StoredObject<K> = {
      ...stored,
      status: mergeStatus(stored.status, patch.status ?? {}),
      conditions: mergeConditions(stored.conditions, jsonCopy(patch.conditions ?? [])),
    }
    if (!sameJson(next, stored)) this.#write(next, 'status')
  }

  async delete<K extends KindName>(kind: K, uid: string, lastChange?: (spec: SpecOf<K>) => SpecOf<K>): Promise<void> {
    if (lastChange) await this.update(kind, uid, { spec: lastChange(this.#must(kind, uid).spec) })
    const stored = this.#must(kind, uid)
    if (stored.meta.deletedAt !== null) return
    const usedBy = await this.referrers({ kind, uid })
    if (usedBy.length > 0)
      throw new AtriumError('ResourceInUse', `${kind} ${stored.meta.name} is in use by ${usedBy[0]?.name}`, {
        details: { usedBy: usedBy.map(({ from, name, project }) => ({ ...from, name, project })) },
      })
    this.#audit('delete', stored)
    if (stored.meta.finalizers.length === 0) return this.#remove(stored)
    const written = this.#write({ ...stored, meta: { ...stored.meta, deletedAt: isoNow(this.#o.clock) } }, 'updated')
    this.#touch(written)
  }

  async addFinalizer(kind: KindName, uid: string, finalizer: string): Promise<void> {
    const stored = this.#must(kind, uid)
    if (stored.meta.finalizers.includes(finalizer)) return
    this.#write({ ...stored, meta: { ...stored.meta, finalizers: [...stored.meta.finalizers, finalizer] } }, 'updated')
  }

  async removeFinalizer(kind: KindName, uid: string, finalizer: string): Promise<void> {
    const stored = this.#must(kind, uid)
    if (!stored.meta.finalizers.includes(finalizer)) return
    const finalizers = stored.meta.finalizers.filter((name) => name !== finalizer)
    if (finalizers.length === 0 && stored.meta.deletedAt !== null) return this.#remove(stored)
    const written = this.#write({ ...stored, meta: { ...stored.meta, finalizers } }, 'updated')
    this.#touch(written)
  }

  async setRefs(from: ObjectRef, refs: Record<string, ObjectRef[]>): Promise<void> {
    this.#must(from.kind as KindName, from.uid)
    const targets = Object.values(refs).flat()
    for (const to of targets) if (!this.#o.tables.objects.get(this.#key(to))) throw notFound(to.kind, to.uid)
    const kept = (this.#o.tables.refs.get(this.#key(from)) ?? []).filter((row) => !(row.field in refs))
    const added = Object.entries(refs).flatMap(([field, list]) => list.map((to) => ({ from, field, to })))
    this.#o.tables.refs.set(this.#key(from), jsonCopy([...kept, ...added]))
  }

  async referrers(to: ObjectRef): Promise<Referrer[]> {
    return this.#refsTo(to).map(({ from, field }) => {
      const { name = '', project = null } = this.#o.tables.objects.get(this.#key(from))?.meta ?? {}
      return { from: { ...from }, field, name, project }
    })
  }

  async revisions<K extends KindName>(
    kind: K,
    uid: string,
    { limit, before = Number.POSITIVE_INFINITY }: { limit: number; before?: number },
  ): Promise<Revision<K>[]> {
    const kept = this.#o.tables.revisions.get(this.#key({ kind, uid })) ?? []
    return jsonCopy(kept.filter(({ generation }) => generation < before).slice(0, limit)) as Revision<K>[]
  }

  async putSecret(ref: ObjectRef, field: string, value: Secret<string>): Promise<void> {
    const stored = this.#must(ref.kind as KindName, ref.uid)
    const key = `${this.#key(ref)}/${field}`
    if (this.#o.tables.secrets.get(key)?.reveal() === value.reveal()) return
    this.#o.tables.secrets.set(key, new Secret(value.reveal()))
    this.#touch(stored)
  }

  async getSecret(ref: ObjectRef, field: string): Promise<Secret<string> | null> {
    return this.#o.tables.secrets.get(`${this.#key(ref)}/${field}`) ?? null
  }

  async copySecret(from: ObjectRef, to: ObjectRef, field: string): Promise<void> {
    const value = await this.getSecret(from, field)
    if (value === null) throw notFound('Secret', field)
    await this.putSecret(to, field, value)
  }

  async removeSecret(ref: ObjectRef, field: string): Promise<void> {
    const stored = this.#must(ref.kind as KindName, ref.uid)
    const key = `${this.#key(ref)}/${field}`
    if (this.#o.tables.secrets.get(key) === undefined) return
    this.#o.tables.secrets.delete(key)
    this.#touch(stored)
  }

  async putBlob(content: Buffer): Promise<string> {
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`
    this.#o.tables.blobs.set(`${this.tenant}/${digest}`, Buffer.from(content))
    return digest
  }

  async getBlob(digest: string): Promise<Buffer | null> {
    const found = this.#o.tables.blobs.get(`${this.tenant}/${digest}`)
    return found ? Buffer.from(found) : null
  }

  async appendEvents(ref: ObjectRef, events: EventRecord[]): Promise<void> {
    this.#must(ref.kind as KindName, ref.uid)
    const before = this.#o.tables.events.get(this.#key(ref)) ?? []
    this.#o.tables.events.set(this.#key(ref), addEvents(before, jsonCopy(events)).slice(0, this.#o.limits.events))
  }

  async events(
    ref: ObjectRef,
    query: { limit: number; continue?: string },
  ): Promise<{ items: EventRecord[]; continue?: string }> {
    return jsonCopy(pageOfEvents(this.#o.tables.events.get(this.#key(ref)) ?? [], query))
  }

  async audit(entry: AuditEntry): Promise<void> {
    this.#o.effects.audit.push({ ...jsonCopy(entry), tenant: this.tenant })
  }

  async enqueue(kind: WorkKind, uid: string, delayMs = 0): Promise<void> {
    mark(this.#o.tables, this.#o.clock.now(), { tenant: this.tenant, kind, uid }, delayMs)
    this.#o.effects.work = true
  }

  #key(ref: ObjectRef): string {
    return keyOf(this.tenant, ref)
  }

  #all<K extends KindName>(kind: K): StoredObject<K>[] {
    const own = (object: StoredObject): object is StoredObject<K> =>
      object.kind === kind && object.meta.tenant === this.tenant
    return [...this.#o.tables.objects.values()].filter(own)
  }

  #must<K extends KindName>(kind: K, uid: string): StoredObject<K> {
    const found = this.#o.tables.objects.get(this.#key({ kind, uid }))
    if (!found) throw notFound(kind, uid)
    return found as StoredObject<K>
  }

  #refsTo(to: ObjectRef): RefRow[] {
    return [...this.#o.tables.refs.values()]
      .flat()
      .filter(
        (row) =>
          row.to.kind === to.kind &&
          row.to.uid === to.uid &&
          this.#o.tables.objects.get(this.#key(row.from)) !== undefined,
      )
  }

  #checkUnique<K extends KindName>(object: StoredObject<K>): void {
    checkUnique(object, this.#all(object.kind))
  }

  /** An object goes after what it owns and, for a project, after what is in it. */
  #refuseWhileHolding(object: StoredObject): void {
    const { uid, name, tenant } = object.meta
    const below = [...this.#o.tables.objects.values()]
      .filter(({ meta }) => meta.tenant === tenant && (meta.owner?.uid === uid || meta.project === uid))
      .map(({ kind, meta }) => ({ kind, uid: meta.uid, name: meta.name, project: meta.project }))
    if (below[0] !== undefined)
      throw new AtriumError('ResourceInUse', `${object.kind} ${name} still holds ${below[0].kind} ${below[0].name}`, {
        details: { usedBy: below },
      })
  }

  #remember({ kind, meta, spec }: StoredObject): void {
    const key = this.#key({ kind, uid: meta.uid })
    const { note = null, ...by } = this.#o.actor
    const revision: Revision<KindName> = { generation: meta.generation, at: meta.modifiedAt, by, note, spec }
    const former = (this.#o.tables.revisions.get(key) ?? []).slice(0, this.#o.limits.history)
    this.#o.tables.revisions.set(key, [revision, ...former])
  }

  #write<K extends KindName>(
    object: StoredObject<K>,
    type: ChangeEvent['type'],
    modified = type !== 'status',
    formerLabels: Record<string, string> | null = null,
  ): StoredObject<K> {
    const modifiedAt = modified ? isoNow(this.#o.clock) : object.meta.modifiedAt
    const meta = { ...object.meta, modifiedAt, resourceVersion: ++this.#o.tables.resourceVersion }
    const written: StoredObject<K> = { ...object, meta }
    this.#o.tables.objects.set(this.#key({ kind: object.kind, uid: meta.uid }), written as StoredObject)
    this.#changed(written, type, formerLabels)
    return written
  }

  #remove(object: StoredObject): void {
    const ref = { kind: object.kind, uid: object.meta.uid }
    this.#refuseWhileHolding(object)
    this.#touch(object)
    const labels = this.#labelsOf(object)
    this.#o.tables.objects.delete(this.#key(ref))
    this.#o.tables.refs.delete(this.#key(ref))
    this.#o.tables.revisions.delete(this.#key(ref))
    this.#o.tables.events.delete(this.#key(ref))
    this.#o.tables.secrets.deletePrefix(`${this.#key(ref)}/`)
    const last = { ...object, meta: { ...object.meta, resourceVersion: ++this.#o.tables.resourceVersion } }
    this.#changed(last, 'deleted', labels)
  }

  #changed(object: StoredObject, type: ChangeEvent['type'], formerLabels: Record<string, string> | null): void {
    const { uid, project, resourceVersion } = object.meta
    const change = { tenant: this.tenant, kind: object.kind, uid, project, type, resourceVersion, formerLabels }
    this.#o.effects.changes.push(change)
  }

  /** The labels that stand for an object: its own, or its owner's. */
  #labelsOf({ kind, meta }: StoredObject): Record<string, string> {
    if (kinds[kind].taggedBy !== 'owner') return meta.labels
    const owner = meta.owner && this.#o.tables.objects.get(this.#key(meta.owner))
    return owner?.meta.labels ?? {}
  }

  /** Puts the object and who refers to it into the queue, where a controller looks after them; not the one that writes. */
  #touch(object: StoredObject): void {
    const self = { kind: object.kind, uid: object.meta.uid }
    const keys = [self, ...this.#refsTo(self).map((row) => row.from)]
    for (const { kind, uid } of keys) {
      const isOwn = this.#o.fence?.kind === kind && this.#o.fence.uid === uid
      if (!isReconciled(kind) || isOwn) continue
      mark(this.#o.tables, this.#o.clock.now(), { tenant: this.tenant, kind, uid }, 0)
      this.#o.effects.work = true
    }
  }

  #audit(action: string, object: StoredObject): void {
    const { note, ...actor } = this.#o.actor
    if (actor.type === 'system') return
    const { uid, name, project } = object.meta
    this.#o.effects.audit.push({
      tenant: this.tenant,
      actor,
      action: `${object.kind}.${action}`,
      object: { kind: object.kind, uid, name },
      project,
      message: `${action} ${object.kind} ${name}${note ? `: ${note}` : ''}`,
    })
  }
}
