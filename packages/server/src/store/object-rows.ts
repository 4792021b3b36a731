import type { Condition } from '@atrium/api/conditions.ts'
import type { KindName, SpecOf, StatusOf } from '@atrium/api/kinds/index.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { notFound, type TxContext } from './tx-context.ts'

/** An object with its status, as selected by `OBJECT`. */
export interface ObjectRow {
  tenant: string
  uid: string
  kind: string
  project: string | null
  name: string
  generation: number
  resource_version: number
  labels: Record<string, string>
  annotations: Record<string, string>
  finalizers: string[]
  owner_kind: string | null
  owner_uid: string | null
  created_at: Date
  modified_at: Date
  deleted_at: Date | null
  spec: unknown
  status: unknown
  conditions: Condition[]
}

export const OBJECT = `
  select o.tenant, o.uid, o.kind, o.project, o.name, o.generation, s.resource_version, o.labels, o.annotations,
    o.finalizers, o.owner_kind, o.owner_uid, o.created_at, o.modified_at, o.deleted_at, o.spec, s.status, s.conditions
  from objects o join object_status s on s.tenant = o.tenant and s.uid = o.uid`

export const toObject = <K extends KindName>(kind: K, row: ObjectRow): StoredObject<K> => ({
  kind,
  meta: {
    tenant: row.tenant,
    project: row.project,
    uid: row.uid,
    name: row.name,
    generation: row.generation,
    resourceVersion: row.resource_version,
    labels: row.labels,
    annotations: row.annotations,
    finalizers: row.finalizers,
    owner: row.owner_kind === null || row.owner_uid === null ? null : { kind: row.owner_kind, uid: row.owner_uid },
    createdAt: row.created_at.toISOString(),
    modifiedAt: row.modified_at.toISOString(),
    deletedAt: row.deleted_at?.toISOString() ?? null,
  },
  // Only this store writes these columns, and only what `create` and `update` took as these types.
  spec: row.spec as SpecOf<K>,
  status: row.status as StatusOf<K>,
  conditions: row.conditions,
})

/** By its key alone: asked for the kind as well, a planner without statistics walked through all objects of the kind. */
const GET = `${OBJECT} where o.tenant = $1 and o.uid = $2`

/**
 * Both rows are locked: of a row that is only joined, a waiter would see the version from before its wait.
 * `no key update` lets others refer to the object meanwhile; deletion takes the stronger lock and shuts them out.
 */
const GET_FOR_WRITE = `${GET} for no key update of o, s`
const GET_FOR_DELETE = `${GET} for update of o, s`

export const readObject = async <K extends KindName>(
  context: TxContext,
  kind: K,
  uid: string,
  lock: 'none' | 'write' | 'delete' = 'none',
): Promise<StoredObject<K> | null> => {
  const known = lockedObject(context, kind, uid, lock)
  if (known) return known
  const text = { none: GET, write: GET_FOR_WRITE, delete: GET_FOR_DELETE }[lock]
  const [row] = await context.sql.query<ObjectRow & Record<string, unknown>>(text, [context.tenant, uid])
  if (row?.kind !== kind) return null
  const object = toObject(kind, row)
  if (lock !== 'none') context.locked.set(uid, { object, lock })
  return object
}

/** Both tables are told the uids: joined by them alone, one was walked through while there were no statistics. */
const ALL_FOR_WRITE = `
  ${OBJECT} where o.tenant = $1 and o.uid = any($2) and s.uid = any($2) order by o.uid || '' for no key update of o, s`

/** Many objects, null for those that are not there. Locked in the order of their uids: two that lock several do not deadlock. */
export const lockObjects = async (
  context: TxContext,
  refs: readonly { kind: KindName; uid: string }[],
): Promise<(StoredObject | null)[]> => {
  const wanted = refs.filter(({ kind, uid }) => lockedObject(context, kind, uid, 'write') === null)
  const [only] = wanted
  // Nearly always: the statement for many is planned anew each time, which takes longer than to run it.
  if (only && wanted.length === 1) await readObject(context, only.kind, only.uid, 'write')
  else if (wanted.length > 0) {
    const values = [context.tenant, wanted.map(({ uid }) => uid)]
    const rows = await context.sql.query<ObjectRow & Record<string, unknown>>(ALL_FOR_WRITE, values)
    for (const row of rows) context.locked.set(row.uid, { object: toObject(row.kind as KindName, row), lock: 'write' })
  }
  return refs.map(({ kind, uid }) => lockedObject(context, kind, uid, 'write'))
}

/** What this transaction holds already needs no second look: most writes lock what they have just read. */
const lockedObject = <K extends KindName>(
  context: TxContext,
  kind: K,
  uid: string,
  lock: 'none' | 'write' | 'delete',
): StoredObject<K> | null => {
  const held = context.locked.get(uid)
  if (held?.object.kind !== kind || (lock === 'delete' && held.lock !== 'delete')) return null
  return held.object as StoredObject<K>
}

/** After a write of a locked object: the next read of it in this transaction sees it. */
export const keepLocked = (context: TxContext, object: StoredObject): void => {
  const held = context.locked.get(object.meta.uid)
  if (held) held.object = object
}

/** The object, locked until the transaction ends; throws `ResourceNotFound`. */
export const lockObject = async <K extends KindName>(
  context: TxContext,
  kind: K,
  uid: string,
  lock: 'write' | 'delete' = 'write',
): Promise<StoredObject<K>> => {
  const found = await readObject(context, kind, uid, lock)
  if (found === null) throw notFound(kind, uid)
  return found
}
