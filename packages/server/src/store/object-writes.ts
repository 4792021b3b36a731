import { type KindName, kinds, type StatusOf } from '@atrium/api/kinds/index.ts'
import type { ObjectMeta } from '@atrium/api/kinds/meta.ts'
import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { jsonCopy, sameJson } from '@atrium/runtime/base/json.ts'
import { newUid } from '@atrium/runtime/base/random.ts'
import type { NewObject, SpecPatch, StoredObject } from '@atrium/runtime/store/store.ts'
import { keyColumn, uniqueIndexOf } from './kind-columns.ts'
import { keepLocked } from './object-rows.ts'
import { asInputError, violatedConstraint } from './pg-errors.ts'
import { authorOf } from './revisions.ts'
import { notFound, type TxContext } from './tx-context.ts'

/** `on conflict do nothing`, so that a duplicate leaves the transaction usable. */
const CREATE = `
  with input as (
    select * from jsonb_to_recordset($2::jsonb) as i(uid text, kind text, project text, name text, labels jsonb,
      annotations jsonb, finalizers text[], owner_kind text, owner_uid text, spec jsonb, status jsonb)
  ), object as (
    insert into objects (tenant, uid, kind, project, name, generation, labels, annotations, finalizers,
      owner_kind, owner_uid, spec, created_at, modified_at, revised_at, revised_by, note)
    select $1, uid, kind, project, name, 1, labels, annotations, finalizers,
      owner_kind, owner_uid, spec, $3, $3, $3, $4, $5 from input
    on conflict do nothing
    returning tenant, uid, kind, project, labels
  ), status as (
    insert into object_status (tenant, uid, resource_version, status, conditions)
    select o.tenant, o.uid, nextval('resource_versions'), i.status, '[]' from object o join input i using (uid)
    returning uid, resource_version
  ), labels as (
    insert into object_labels (tenant, key, value, uid)
    select o.tenant, l.key, l.value, o.uid from object o, jsonb_each_text(o.labels) l
  ), change as (
    insert into changes_pending (resource_version, tenant, kind, uid, project, type)
    select s.resource_version, o.tenant, o.kind, o.uid, o.project, 'created' from object o join status s using (uid)
  )
  select uid, resource_version from status`

export const insertObjects = async <K extends KindName>(
  context: TxContext,
  objects: readonly NewObject<K>[],
): Promise<StoredObject<K>[]> => {
  const at = isoNow(context.clock)
  const created = objects.map((object) => newObject(context, object, at))
  const [first] = created
  if (first === undefined) return []
  const values = [context.tenant, JSON.stringify(created.map(inputOf)), at, ...authorOf(context.actor)]
  const rows = await guarded(context, CREATE, values, first)
  const versions = new Map(rows.map(({ uid, resource_version }) => [uid, resource_version]))
  context.effects.changes = true
  const written: StoredObject<K>[] = []
  for (const object of created) {
    const resourceVersion = versions.get(object.meta.uid)
    if (resourceVersion === undefined) throw await duplicateOf(context, object)
    written.push({ ...object, meta: { ...object.meta, resourceVersion } })
  }
  return written
}

const inputOf = ({ kind, meta, spec, status }: StoredObject): object => {
  const { uid, project, name, labels, annotations, finalizers, owner } = meta
  const ownedBy = { owner_kind: owner?.kind ?? null, owner_uid: owner?.uid ?? null }
  return { uid, kind, project, name, labels, annotations, finalizers, ...ownedBy, spec, status }
}

const newObject = <K extends KindName>(context: TxContext, object: NewObject<K>, at: string): StoredObject<K> =>
  jsonCopy({
    kind: object.kind,
    meta: newMeta(context.tenant, object, object.uid ?? newUid(context.random), at),
    spec: object.spec,
    status: object.status ?? ({} as StatusOf<K>),
    conditions: [],
  })

const newMeta = <K extends KindName>(tenant: string, object: NewObject<K>, uid: string, at: string): ObjectMeta => ({
  tenant,
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
})

/** The object after a patch, or the stored one itself when nothing changes. */
export const patched = <K extends KindName>(stored: StoredObject<K>, patch: SpecPatch<K>): StoredObject<K> => {
  if (patch.ifResourceVersion !== undefined && patch.ifResourceVersion !== stored.meta.resourceVersion)
    throw new AtriumError(
      'ResourceConflict',
      `${stored.kind} ${stored.meta.name} changed since it was read: read it again`,
    )
  const spec = patch.spec === undefined ? stored.spec : jsonCopy(patch.spec)
  const meta: ObjectMeta = jsonCopy({
    ...stored.meta,
    name: patch.name ?? stored.meta.name,
    labels: patch.labels ?? stored.meta.labels,
    annotations: patch.annotations ?? stored.meta.annotations,
    generation: stored.meta.generation + (sameJson(spec, stored.spec) ? 0 : 1),
  })
  const next: StoredObject<K> = { ...stored, meta, spec }
  return sameJson(next, stored) ? stored : next
}

/** An absent spec keeps the stored one without reading it from its own storage. */
const UPDATE = `
  with version as (
    update object_status set resource_version = nextval('resource_versions')
    where tenant = $1 and uid = $2
    returning resource_version
  ), object as (
    update objects set name = $3, labels = $4, annotations = $5, generation = $6, finalizers = $7, deleted_at = $8,
      modified_at = $9
    where tenant = $1 and uid = $2
    returning kind, project
  ), change as (
    insert into changes_pending (resource_version, tenant, kind, uid, project, type, former_labels)
    select v.resource_version, $1, o.kind, $2, o.project, 'updated', $10::jsonb from object o, version v
  )
  select resource_version from version`
const UPDATE_WITH_SPEC = UPDATE.replace(
  'set name = $3',
  'set spec = $11, revised_at = $9, revised_by = $12, note = $13, name = $3',
)

/** All parts of one statement see the rows from before it: this keeps the former spec without sending it again. */
const KEEP_FORMER = `
  with kept as (
    insert into object_history (tenant, uid, generation, at, revised_by, note, spec)
    select tenant, uid, generation, coalesce(revised_at, modified_at), revised_by, note, spec from objects where tenant = $1 and uid = $2
    returning generation
  )
  delete from object_history h using kept
  where h.tenant = $1 and h.uid = $2 and h.generation <= kept.generation - $3`

const DROP_LABELS = `delete from object_labels where tenant = $1 and uid = $2`
const ADD_LABELS = `
  insert into object_labels (tenant, key, value, uid) select $1, l.key, l.value, $2 from jsonb_each_text($3) l`

const replaceLabels = async ({ sql, tenant }: TxContext, uid: string, labels: object): Promise<void> => {
  await Promise.all([
    sql.query(DROP_LABELS, [tenant, uid]),
    sql.query(ADD_LABELS, [tenant, uid, JSON.stringify(labels)]),
  ])
}

/** Writes what differs between two versions of a locked object, apart from status. */
export const replaceObject = async <K extends KindName>(
  context: TxContext,
  stored: StoredObject<K>,
  next: StoredObject<K>,
): Promise<StoredObject<K>> => {
  const { uid } = stored.meta
  const specChanged = next.meta.generation !== stored.meta.generation
  const modifiedAt = laterThan(stored.meta.modifiedAt, context.clock)
  const { meta } = next
  const values: unknown[] = [context.tenant, uid, meta.name, JSON.stringify(meta.labels)]
  values.push(JSON.stringify(meta.annotations), meta.generation, meta.finalizers, meta.deletedAt, modifiedAt)
  const keepsLabels = sameJson(meta.labels, stored.meta.labels)
  values.push(keepsLabels ? null : JSON.stringify(stored.meta.labels))
  if (specChanged) values.push(JSON.stringify(next.spec), ...authorOf(context.actor))
  // Sent at once, in this order: no answer decides about the next.
  const kept = specChanged && context.sql.query(KEEP_FORMER, [context.tenant, uid, context.limits.history])
  const replaced = guarded(context, specChanged ? UPDATE_WITH_SPEC : UPDATE, values, next)
  const labelled = !keepsLabels && replaceLabels(context, uid, meta.labels)
  const [[row]] = await Promise.all([replaced, kept, labelled])
  if (row === undefined) throw notFound(stored.kind, uid)
  context.effects.changes = true
  const written = { ...next, meta: { ...meta, modifiedAt, resourceVersion: row.resource_version } }
  keepLocked(context, written as StoredObject)
  return written
}

/** Now, and in any case later: clients tell versions of an object by this, also when the clock was set or two changes share a moment. */
const laterThan = (former: string, clock: Clock): string =>
  new Date(Math.max(clock.now(), Date.parse(former) + 1)).toISOString()

const REMOVE = `
  with gone as (delete from objects where tenant = $1 and uid = $2 returning kind, project, labels, owner_uid)
  insert into changes_pending (resource_version, tenant, kind, uid, project, type, former_labels)
  select nextval('resource_versions'), $1, kind, $2, project, 'deleted',
    case when kind = any($3) then (select w.labels from objects w where w.tenant = $1 and w.uid = gone.owner_uid) else labels end
  from gone`

const taggedByOwner = Object.values(kinds)
  .filter((kind) => kind.taggedBy === 'owner')
  .map(({ name }) => name)

const BELOW = `
  select kind, uid, name, project from objects where tenant = $1 and (owner_uid = $2 or project = $2) order by kind, name limit 20`

/** Removes a locked object with all that hangs on it; refuses while other objects belong to it. */
export const removeObject = async (context: TxContext, stored: StoredObject): Promise<void> => {
  const { uid, name } = stored.meta
  const below = await context.sql.query<{ kind: string; uid: string; name: string; project: string | null }>(BELOW, [
    context.tenant,
    uid,
  ])
  if (below[0] !== undefined)
    throw new AtriumError('ResourceInUse', `${stored.kind} ${name} still holds ${below[0].kind} ${below[0].name}`, {
      details: { usedBy: below },
    })
  await guarded(context, REMOVE, [context.tenant, uid, taggedByOwner], stored)
  context.locked.delete(uid)
  context.effects.changes = true
}

/** Runs a write of an object and tells what the database refuses in words of the object. */
export const guarded = async (
  context: TxContext,
  text: string,
  values: unknown[],
  object: StoredObject,
): Promise<{ uid: string; resource_version: number }[]> => {
  try {
    return await context.sql.query<{ uid: string; resource_version: number }>(text, values)
  } catch (error) {
    const violated = violatedConstraint(error)
    if (violated?.code === 'unique') throw duplicateError(object, keyOfIndex(object.kind, violated.constraint), error)
    if (violated?.constraint === 'objects_project') throw foreignError(object, 'Project', object.meta.project, error)
    if (violated?.constraint === 'objects_owner')
      throw foreignError(object, object.meta.owner?.kind ?? '', object.meta.owner?.uid ?? null, error)
    if (violated?.constraint === 'objects_tenant_fkey') throw notFound('Tenant', context.tenant)
    if (violated?.constraint === 'object_refs_to')
      throw new AtriumError('ResourceInUse', `${object.kind} ${object.meta.name} is in use`, { cause: error })
    throw asInputError(error, `${object.kind} ${object.meta.name}`)
  }
}

/** A key of a deletion that came between, or of an insert that names what is not there. */
const foreignError = (object: StoredObject, kind: string, uid: string | null, cause: unknown): AtriumError =>
  object.meta.resourceVersion === 0
    ? notFound(kind, uid ?? '')
    : new AtriumError('ResourceInUse', `other objects belong to ${object.kind} ${object.meta.name}`, { cause })

const keyOfIndex = (kind: KindName, index: string): readonly string[] =>
  kinds[kind].uniqueKeys.find((columns) => uniqueIndexOf(kind, columns) === index) ?? ['uid']

/** After `on conflict do nothing`: which of its keys did it meet? */
const duplicateOf = async (context: TxContext, object: StoredObject): Promise<AtriumError> => {
  const definition = kinds[object.kind]
  for (const columns of definition.uniqueKeys) {
    const conditions = columns.map((column, index) => `${keyColumn(definition, column)} = $${index + 4}`)
    const rows = await context.sql.query(
      `select from objects where tenant = $1 and kind = $2 and uid <> $3 and deleted_at is null and ${conditions.join(' and ')}`,
      [context.tenant, object.kind, object.meta.uid, ...columns.map((column) => keyValue(object, column))],
    )
    if (rows.length > 0) return duplicateError(object, columns)
  }
  return duplicateError(object, ['uid'])
}

const keyValue = (object: StoredObject, column: string): string | null => {
  if (column === 'scope') return object.meta.project ?? ''
  if (column === 'name') return object.meta.name
  let value: unknown = object.spec
  for (const step of kinds[object.kind].listColumns[column] ?? [])
    value = value !== null && typeof value === 'object' ? Reflect.get(value, step) : undefined
  return value === undefined || value === null ? null : typeof value === 'string' ? value : JSON.stringify(value)
}

const duplicateError = (object: StoredObject, columns: readonly string[], cause?: unknown): AtriumError => {
  const field = columns.findLast((column) => column !== 'scope') ?? 'name'
  const what = columns.includes('name') ? `named ${JSON.stringify(object.meta.name)}` : `with the same ${field}`
  return new AtriumError('DuplicateName', `another ${object.kind} ${what} exists`, {
    details: { field, columns },
    ...(cause === undefined ? {} : { cause }),
  })
}
