import type { KindName } from '@atrium/api/kinds/index.ts'
import { jsonCopy, sameJson } from '@atrium/runtime/base/json.ts'
import { mergeConditions, mergeStatus } from '@atrium/runtime/store/merge.ts'
import type { StatusPatch, StoredObject } from '@atrium/runtime/store/store.ts'
import { keepLocked, lockObject, lockObjects } from './object-rows.ts'
import { guarded } from './object-writes.ts'
import type { TxContext } from './tx-context.ts'

const UPDATE_STATUS = `
  with version as (
    update object_status s set resource_version = nextval('resource_versions'), status = n.status, conditions = n.conditions
    from unnest($2::text[], $3::jsonb[], $4::jsonb[], $5::text[], $6::text[]) as n (uid, status, conditions, kind, project)
    where s.tenant = $1 and s.uid = any($2) and s.uid = n.uid
    returning s.uid, s.resource_version, n.kind, n.project
  ), change as (
    insert into changes_pending (resource_version, tenant, kind, uid, project, type)
    select resource_version, $1, kind, uid, project, 'status' from version
  )
  select uid, resource_version from version`

export interface StatusWrite {
  kind: KindName
  uid: string
  patch: StatusPatch<KindName>
}

/** Status writes of many objects in one statement; those of one object follow each other. */
export const mergeStatuses = async (context: TxContext, writes: readonly StatusWrite[]): Promise<void> => {
  const changed = new Map<string, StoredObject>()
  await lockObjects(context, writes)
  for (const { kind, uid, patch } of writes) {
    const stored = changed.get(uid) ?? (await lockObject(context, kind, uid))
    const status = mergeStatus(stored.status, patch.status ?? {})
    const conditions = mergeConditions(stored.conditions, jsonCopy(patch.conditions ?? []))
    if (sameJson(status, stored.status) && sameJson(conditions, stored.conditions)) continue
    changed.set(uid, { ...stored, status, conditions })
  }
  const [first] = changed.values()
  if (first) await writeStatuses(context, [...changed.values()], first)
}

const writeStatuses = async (
  context: TxContext,
  objects: readonly StoredObject[],
  first: StoredObject,
): Promise<void> => {
  const column = <T>(of: (object: StoredObject) => T): T[] => objects.map(of)
  const values = [context.tenant, column(({ meta }) => meta.uid), column(({ status }) => JSON.stringify(status))]
  const rest = [column(({ conditions }) => JSON.stringify(conditions)), column(({ kind }) => kind)]
  const rows = await guarded(context, UPDATE_STATUS, [...values, ...rest, column(({ meta }) => meta.project)], first)
  const versions = new Map(rows.map((row) => [row.uid, row.resource_version]))
  for (const { meta, ...object } of objects)
    keepLocked(context, {
      ...object,
      meta: { ...meta, resourceVersion: versions.get(meta.uid) ?? meta.resourceVersion },
    })
  context.effects.changes = true
}
