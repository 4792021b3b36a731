import { isoNow } from '@atrium/runtime/base/clock.ts'
import type { AuditEntry, StoredObject } from '@atrium/runtime/store/store.ts'
import type { TxContext } from './tx-context.ts'

const INSERT = `
  insert into audit_log (tenant, at, actor_type, actor_uid, actor_name, action, kind, uid, name, project, message)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`

export const writeAudit = async (context: TxContext, entry: AuditEntry): Promise<void> => {
  const { actor, object } = entry
  const values = [context.tenant, isoNow(context.clock), actor.type, actor.uid, actor.name, entry.action]
  await context.sql.query(INSERT, [...values, object.kind, object.uid, object.name, entry.project, entry.message])
}

/** The record of an object write. Controllers act for the system, on what a person asked for and was recorded with. */
export const auditWrite = async (context: TxContext, verb: string, stored: StoredObject): Promise<void> => {
  if (context.actor.type === 'system') return
  const { kind, meta } = stored
  await writeAudit(context, {
    actor: context.actor,
    action: `${kind}.${verb}`,
    object: { kind, uid: meta.uid, name: meta.name },
    project: meta.project,
    message: `${verb} ${kind} ${meta.name}${context.actor.note ? `: ${context.actor.note}` : ''}`,
  })
}

/** An entry as it was recorded. */
export interface RecordedAudit extends AuditEntry {
  id: number
  /** RFC 3339. */
  at: string
}

interface AuditRow extends Record<string, unknown> {
  id: number
  at: Date
  actor_type: AuditEntry['actor']['type']
  actor_uid: string
  actor_name: string
  action: string
  kind: string
  uid: string
  name: string
  project: string | null
  message: string
}

const NEWEST = `
  select id, at, actor_type, actor_uid, actor_name, action, kind, uid, name, project, message
  from audit_log where tenant = $1 and ($3::bigint is null or id < $3) order by id desc limit $2`

/** A tenant's audit record, newest first; `before` is the id of the last entry of the former page. */
export const readAudit = async (
  context: Pick<TxContext, 'sql' | 'tenant'>,
  query: { limit: number; before?: number },
): Promise<RecordedAudit[]> => {
  const rows = await context.sql.query<AuditRow>(NEWEST, [context.tenant, query.limit, query.before ?? null])
  return rows.map((row) => ({
    id: row.id,
    at: row.at.toISOString(),
    actor: { type: row.actor_type, uid: row.actor_uid, name: row.actor_name },
    action: row.action,
    object: { kind: row.kind, uid: row.uid, name: row.name },
    project: row.project,
    message: row.message,
  }))
}
