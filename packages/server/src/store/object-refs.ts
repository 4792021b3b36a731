import type { KindName } from '@atrium/api/kinds/index.ts'
import type { ObjectRef } from '@atrium/api/kinds/meta.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Referrer } from '@atrium/runtime/store/store.ts'
import { readObject } from './object-rows.ts'
import { notFound, type TxContext } from './tx-context.ts'

interface TargetRow extends Record<string, unknown> {
  tenant: string
  uid: string
  kind: string
  deleted: boolean
}

/** Own objects first: they hide shared ones of the same uid. */
const TARGETS = `
  select tenant, uid, kind, deleted_at is not null as deleted from objects
  where tenant in ($1, 'system') and uid = any($2) order by tenant = 'system'`

/** Meets the stronger lock of a deletion: either it sees the new reference, or we see that it is being deleted. */
const HOLD = `select deleted_at is not null as deleted, uid from objects where tenant = $1 and uid = any($2) for key share`

const DROP_FIELDS = `delete from object_refs where tenant = $1 and from_uid = $2 and field = any($3)`
const ADD = `
  insert into object_refs (tenant, from_uid, field, to_tenant, to_uid)
  select $1, $2, * from unnest($3::text[], $4::text[], $5::text[])
  on conflict do nothing`

/** Replaces the references of the fields named. */
export const replaceRefs = async (
  context: TxContext,
  from: ObjectRef,
  refs: Record<string, ObjectRef[]>,
): Promise<void> => {
  if ((await readObject(context, from.kind as KindName, from.uid)) === null) throw notFound(from.kind, from.uid)
  const wanted = Object.entries(refs).flatMap(([field, list]) => list.map((to) => ({ field, to })))
  const found = await findTargets(
    context,
    wanted.map(({ to }) => to),
  )
  await context.sql.query(DROP_FIELDS, [context.tenant, from.uid, Object.keys(refs)])
  if (wanted.length === 0) return
  const tenants = wanted.map(({ to }) => found.get(to.uid) ?? context.tenant)
  const fields = wanted.map(({ field }) => field)
  const uids = wanted.map(({ to }) => to.uid)
  await context.sql.query(ADD, [context.tenant, from.uid, fields, tenants, uids])
}

/** The tenant of each target: ours, or `system`. */
const findTargets = async (context: TxContext, targets: ObjectRef[]): Promise<Map<string, string>> => {
  if (targets.length === 0) return new Map()
  const uids = targets.map(({ uid }) => uid)
  const held = await context.sql.query<{ uid: string; deleted: boolean }>(HOLD, [context.tenant, uids])
  const gone = held.find(({ deleted }) => deleted)
  if (gone !== undefined)
    throw new AtriumError('InvalidState', `${gone.uid} is being deleted and cannot be used any more`)
  const rows = await context.sql.query<TargetRow>(TARGETS, [context.tenant, uids])
  const tenants = new Map<string, string>()
  for (const target of targets) {
    const row = rows.find(({ uid, kind }) => uid === target.uid && kind === target.kind)
    if (row === undefined) throw notFound(target.kind, target.uid)
    tenants.set(target.uid, row.tenant)
  }
  return tenants
}

const REFERRERS = `
  select f.kind, f.uid, f.name, f.project, r.field
  from object_refs r
  join objects t on t.tenant = r.to_tenant and t.uid = r.to_uid and t.kind = $3
  join objects f on f.tenant = r.tenant and f.uid = r.from_uid
  where r.to_tenant = $1 and r.to_uid = $2
  order by f.name, f.uid, r.field`

/** Who of this tenant refers to one of its objects. */
export const listReferrers = async (context: TxContext, to: ObjectRef): Promise<Referrer[]> => {
  const rows = await context.sql.query<Omit<Referrer, 'from'> & { kind: string; uid: string }>(REFERRERS, [
    context.tenant,
    to.uid,
    to.kind,
  ])
  return rows.map(({ kind, uid, name, project, field }) => ({ from: { kind, uid }, name, project, field }))
}
