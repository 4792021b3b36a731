import type { KindName, SpecOf } from '@atrium/api/kinds/index.ts'
import type { ObjectRef } from '@atrium/api/kinds/meta.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { sameJson } from '@atrium/runtime/base/json.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import type {
  AuditEntry,
  BriefPage,
  EventRecord,
  ListPage,
  ListQuery,
  NamesPage,
  NewObject,
  Referrer,
  Revision,
  SharedReads,
  SpecPatch,
  StatusPatch,
  StoredObject,
  Tx,
} from '@atrium/runtime/store/store.ts'
import { canOn, type Subject } from '../auth/rights/subject.ts'
import { authorize, forbidden, notFound } from './authorize.ts'
import { withoutUnseen } from './in-use.ts'
import { listProjects, visibleQuery } from './lists.ts'
import { mayGather, permissionFor, type Verb } from './resources.ts'
import { placeOf, Sight } from './sight.ts'
import { checkTagChange } from './tag-changes.ts'
import { validations } from './validations/index.ts'
import { checkMeta } from './validations/meta.ts'
import { wakeClusters } from './wake-clusters.ts'

/** A transaction as one subject may use it: every verb is authorised, every change is checked. */
export class AdmittedTx implements Tx {
  readonly tenant: string
  /** For everybody in every tenant, so nobody is asked. */
  readonly shared: SharedReads
  readonly #tx: Tx
  readonly #subject: Subject
  readonly #sight: Sight
  /** Uids made in this transaction: whoever may create an object may also finish it (secrets, references). */
  readonly #created = new Set<string>()
  #hasWritten = false
  /** The named object has the version that the request asks for, and is held. */
  #isJudged = false

  constructor(tx: Tx, subject: Subject) {
    this.tenant = tx.tenant
    this.shared = tx.shared
    this.#tx = tx
    this.#subject = subject
    this.#sight = new Sight(tx, subject)
  }

  async get<K extends KindName>(kind: K, uid: string): Promise<StoredObject<K> | null> {
    return this.#ifSeen(await this.#tx.get(kind, uid))
  }

  async getForUpdate<K extends KindName>(kind: K, uid: string): Promise<StoredObject<K> | null> {
    const object = await this.#ifSeen(await this.#tx.getForUpdate(kind, uid))
    if (object) await this.#authorize('update', object)
    if (object) this.#judge(object)
    return object
  }

  /** Before the commit; returns whether a change was held to the version that the request asks for. */
  end(): boolean {
    if (!this.#hasWritten) return false
    this.#subject.named?.mustBeJudged(this.#isJudged)
    return this.#isJudged
  }

  async list<K extends KindName>(kind: K, query: ListQuery = {}): Promise<ListPage<K>> {
    if (kind === 'Project') return listProjects(this.#tx, this.#subject, kind, query)
    const visible = visibleQuery(this.#subject, kind, query)
    if (visible === 'nothing') return { items: [], count: 0 }
    const page = await this.#tx.list(kind, visible)
    for (const object of page.items) this.#subject.named?.met(object)
    return page
  }

  async listBrief<K extends KindName>(kind: K, query: ListQuery = {}): Promise<BriefPage<K>> {
    const visible = this.#visibleInPart(kind, query)
    return visible === 'nothing' ? { items: [], count: 0 } : this.#tx.listBrief(kind, visible)
  }

  async listNames(kind: KindName, query: ListQuery = {}): Promise<NamesPage> {
    const visible = this.#visibleInPart(kind, query)
    return visible === 'nothing' ? { items: [], count: 0 } : this.#tx.listNames(kind, visible)
  }

  #visibleInPart(kind: KindName, query: ListQuery): ListQuery | 'nothing' {
    // Which projects a subject may see is decided one by one, and they are few and small.
    if (kind === 'Project') throw new AtriumError('InternalError', 'projects are listed whole')
    return visibleQuery(this.#subject, kind, query)
  }

  async create<K extends KindName>(object: NewObject<K>): Promise<StoredObject<K>> {
    const { kind, project } = object
    const target = await this.#sight.guarded({ ...object, uid: object.uid ?? '' })
    if (!canOn(this.#subject, permissionFor(kind, 'create'), target)) throw forbidden(permissionFor(kind, 'create'))
    if (project !== null) await this.#projectMustBeOpen(project)
    checkMeta(object)
    await validations[kind]?.create?.({ subject: this.#subject, tx: this.#tx }, object)
    this.#hasWritten = true
    const created = await this.#tx.create(object)
    this.#created.add(created.meta.uid)
    await wakeClusters(this.#tx, kind, created.spec)
    return created
  }

  async update<K extends KindName>(kind: K, uid: string, patch: SpecPatch<K>): Promise<StoredObject<K>> {
    // Held, so that what is checked against is what will be replaced.
    const previous = await this.getForUpdate(kind, uid)
    if (!previous) throw notFound(kind, uid)
    checkMeta(patch)
    if (patch.labels && !sameJson(patch.labels, previous.meta.labels) && !this.#created.has(uid))
      checkTagChange(this.#subject, kind, await this.#sight.guarded(placeOf(previous)), patch.labels)
    await validations[kind]?.update?.({ subject: this.#subject, tx: this.#tx }, previous, patch)
    const updated = await this.#tx.update(kind, uid, patch)
    await wakeClusters(this.#tx, kind, previous.spec, updated.spec)
    this.#hasWritten = true
    this.#subject.named?.met(updated)
    return updated
  }

  async updateStatus<K extends KindName>(kind: K, uid: string, patch: StatusPatch<K>): Promise<void> {
    await this.#require('update', kind, uid)
    await this.#tx.updateStatus(kind, uid, patch)
  }

  async delete<K extends KindName>(kind: K, uid: string, lastChange?: (spec: SpecOf<K>) => SpecOf<K>): Promise<void> {
    const object = await this.#require('delete', kind, uid)
    try {
      await validations[kind]?.delete?.({ subject: this.#subject, tx: this.#tx }, object)
      await this.#tx.delete(kind, uid, lastChange)
      await wakeClusters(this.#tx, kind, object.spec)
    } catch (error) {
      throw await withoutUnseen(error, object, (users) => this.#sight.seenOf(users, (user) => user))
    }
  }

  async addFinalizer(kind: KindName, uid: string, finalizer: string): Promise<void> {
    await this.#require('update', kind, uid)
    await this.#tx.addFinalizer(kind, uid, finalizer)
  }

  async removeFinalizer(kind: KindName, uid: string, finalizer: string): Promise<void> {
    await this.#require('delete', kind, uid)
    await this.#tx.removeFinalizer(kind, uid, finalizer)
  }

  async setRefs(from: ObjectRef, refs: Record<string, ObjectRef[]>): Promise<void> {
    const holder = await this.#requireRef('update', from)
    for (const to of Object.values(refs).flat()) {
      const target = await this.#target(from, to)
      // Another project's account or profile is not for this one, even when the caller may use both.
      const gathers = holder.meta.project === null && mayGather(holder.kind, target.kind)
      if (target.meta.project !== null && target.meta.project !== holder.meta.project && !gathers) {
        throw notFound(target.kind, to.uid)
      }
    }
    await this.#tx.setRefs(from, refs)
  }

  async referrers(to: ObjectRef): Promise<Referrer[]> {
    await this.#requireRef('get', to)
    return this.#sight.seenOf(await this.#tx.referrers(to), ({ from, project }) => ({ ...from, project }))
  }

  async revisions<K extends KindName>(
    kind: K,
    uid: string,
    query: { limit: number; before?: number },
  ): Promise<Revision<K>[]> {
    await this.#require('get', kind, uid)
    return this.#tx.revisions(kind, uid, query)
  }

  async putSecret(ref: ObjectRef, field: string, value: Secret<string>): Promise<void> {
    await this.#requireRef('update', ref)
    await this.#tx.putSecret(ref, field, value)
  }

  /** Only for those who may update the object: whoever can only read it never gets its secrets. */
  async getSecret(ref: ObjectRef, field: string): Promise<Secret<string> | null> {
    await this.#authorize('update', await this.#requireRef('get', ref))
    return this.#tx.getSecret(ref, field)
  }

  /** Whoever may use an object may pass its secrets on to one of its own; nobody is shown them. */
  async copySecret(from: ObjectRef, to: ObjectRef, field: string): Promise<void> {
    await this.#requireRef('get', from)
    await this.#requireRef('update', to)
    await this.#tx.copySecret(from, to, field)
  }

  async removeSecret(ref: ObjectRef, field: string): Promise<void> {
    await this.#requireRef('update', ref)
    await this.#tx.removeSecret(ref, field)
  }

  putBlob(content: Buffer): Promise<string> {
    return this.#tx.putBlob(content)
  }

  /** Blobs belong to no project, so nobody could be refused: agents read them over their link instead. */
  getBlob(): Promise<Buffer | null> {
    return Promise.reject(new AtriumError('Forbidden', 'Blobs are read by agents only.'))
  }

  async appendEvents(ref: ObjectRef, events: EventRecord[]): Promise<void> {
    await this.#requireRef('update', ref)
    await this.#tx.appendEvents(ref, events)
  }

  async events(ref: ObjectRef, query: { limit: number; continue?: string }): ReturnType<Tx['events']> {
    await this.#requireRef('get', ref)
    return this.#tx.events(ref, query)
  }

  /** The actor is always the subject: nobody writes a record in another's name. */
  audit(entry: AuditEntry): Promise<void> {
    return this.#tx.audit({ ...entry, actor: this.#subject.actor })
  }

  async enqueue(kind: KindName, uid: string, delayMs?: number): Promise<void> {
    await this.#require('update', kind, uid)
    await this.#tx.enqueue(kind, uid, delayMs)
  }

  async #ifSeen<K extends KindName>(object: StoredObject<K> | null): Promise<StoredObject<K> | null> {
    if (!object || !(this.#created.has(object.meta.uid) || (await this.#sight.sees(placeOf(object))))) return null
    this.#subject.named?.met(object)
    return object
  }

  async #authorize(verb: Verb, object: StoredObject): Promise<void> {
    const finishing = verb !== 'delete' && this.#created.has(object.meta.uid)
    if (!finishing) authorize(this.#subject, verb, object.kind, await this.#sight.guarded(placeOf(object)))
  }

  /** What an object may refer to: what the subject sees, and what it refers to already. */
  async #target(from: ObjectRef, { kind, uid }: ObjectRef): Promise<StoredObject> {
    const object = await this.#tx.get(kind as KindName, uid)
    if (object === null) throw notFound(kind as KindName, uid)
    if ((await this.#ifSeen(object)) !== null) return object
    if ((await this.#tx.referrers({ kind, uid })).some((present) => present.from.uid === from.uid)) return object
    throw notFound(object.kind, uid)
  }

  /** The object, if the subject may do `verb` with it: what changes it comes next. */
  async #require<K extends KindName>(verb: Verb, kind: K, uid: string): Promise<StoredObject<K>> {
    const isHeld = verb !== 'get' && this.#subject.named?.asks === true
    const object = await (isHeld ? this.#tx.getForUpdate(kind, uid) : this.#tx.get(kind, uid))
    if (!object) throw notFound(kind, uid)
    await this.#authorize(verb, object)
    if (verb === 'get') return object
    this.#judge(object)
    this.#hasWritten = true
    return object
  }

  #judge(object: StoredObject): void {
    if (!this.#isJudged && this.#subject.named?.isMet(object)) this.#isJudged = true
  }

  #requireRef(verb: Verb, ref: ObjectRef): Promise<StoredObject> {
    return this.#require(verb, ref.kind as KindName, ref.uid)
  }

  async #projectMustBeOpen(uid: string): Promise<void> {
    const project = await this.#tx.get('Project', uid)
    if (!project || project.meta.deletedAt) throw notFound('Project', uid)
  }
}
