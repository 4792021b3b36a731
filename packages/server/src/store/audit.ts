import { isoNow } from '@atrium/runtime/base/clock.ts'
import type { AuditEntry, StoredObject } from '@atrium/runtime/store/store.ts'
import type { TimedEntry, TxContext } from './tx-context.ts'

const INSERT = `
  insert into audit_log (tenant, at, actor_type, actor_uid, actor_name, action, kind, uid, name, project, message, request)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`

export const writeAudit = async (
  context: Pick<TxContext, 'sql' | 'tenant' | 'clock'>,
  entry: AuditEntry,
): Promise<void> => insert(context, { ...entry, at: isoNow(context.clock) })

const insert = async ({ sql, tenant }: Pick<TxContext, 'sql' | 'tenant'>, entry: TimedEntry): Promise<void> => {
  const { at, actor, object } = entry
  const values = [tenant, at, actor.type, actor.uid, actor.name, entry.action]
  const about = [object.kind, object.uid, object.name, entry.project, entry.message]
  await sql.query(INSERT, [...values, ...about, actor.request ?? null])
}

/** Writes what the transaction has noted, in that order. */
export const writeAudits = async (context: TxContext): Promise<void> => {
  await Promise.all(context.audits.map((entry) => insert(context, entry)))
}

/** Written when the transaction ends: nothing in it reads the record. */
export const noteAudit = ({ audits, clock }: TxContext, entry: AuditEntry): void => {
  audits.push({ ...entry, at: isoNow(clock) })
}

/** The record of an object write. Controllers act for the system, on what a person asked for and was recorded with. */
export const auditWrite = (context: TxContext, verb: string, stored: StoredObject): void => {
  if (context.actor.type === 'system') return
  const { kind, meta } = stored
  noteAudit(context, {
    actor: context.actor,
    action: `${kind}.${verb}`,
    object: { kind, uid: meta.uid, name: meta.name },
    project: meta.project,
    message: `${verb} ${kind} ${meta.name}${context.actor.note ? `: ${context.actor.note}` : ''}`,
  })
}

/** Nothing on the record changes: what somebody notes about an entry is an entry itself, about that one, and the newest counts. */
export const auditNoteKind = 'AuditNote'

/** An entry as it was recorded. */
export interface RecordedAudit extends AuditEntry {
  id: number
  /** RFC 3339. */
  at: string
  /** What somebody noted about it; null = nothing. */
  note: string | null
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
  note: string | null
}

/** Which entries; what is absent or null does not matter. */
export interface AuditSelection {
  id?: number | undefined
  /** RFC 3339: at this time, or later. */
  since?: string | undefined
  /** Before this time. */
  until?: string | undefined
  /** Of what this user did, with their API keys too. */
  userUid?: string | undefined
  /** Uids of projects that the objects lie in; null = also of the whole tenant. */
  projects?: readonly string[] | null | undefined
  kind?: string | undefined
  uid?: string | undefined
  /** Last word of an entry's action: `Cluster.update` is an `update`. */
  verb?: string | undefined
  /** Any verb but these. */
  notVerbs?: readonly string[] | undefined
}

const SELECTED = `
  tenant = $1 and ($2::bigint is null or id = $2)
  and ($3::timestamptz is null or at >= $3) and ($4::timestamptz is null or at < $4)
  and ($5::text is null or actor_uid = $5
    or actor_uid in (select uid from api_keys where tenant = $1 and user_uid = $5))
  and ($6::text[] is null or project = any($6))
  and ($7::text is null or kind = $7) and ($8::text is null or uid = $8)
  and ($9::text is null or substring(action from '[^.]+$') = $9)
  and ($10::text[] is null or substring(action from '[^.]+$') <> all($10))`

const NEWEST = `
  select id, at, actor_type, actor_uid, actor_name, action, kind, uid, name, project, message,
    (select n.message from audit_log n
     where n.tenant = $1 and n.uid = audit_log.id::text and n.kind = '${auditNoteKind}' order by n.id desc limit 1) as note
  from audit_log where ${SELECTED} and id < $12 order by id desc limit $11 offset $13`

const COUNT = `select count(*)::int as count from (select from audit_log where ${SELECTED} limit $11) found`

const valuesOf = (tenant: string, selection: AuditSelection): unknown[] => {
  const { id, since, until, userUid, projects, kind, uid, verb, notVerbs } = selection
  return [tenant, id, since, until, userUid, projects, kind, uid, verb, notVerbs].map((value) => value ?? null)
}

/** A tenant's audit record, newest first; `before` is the id of the last entry of the former page. */
export const readAudit = async (
  context: Pick<TxContext, 'sql' | 'tenant'>,
  query: AuditSelection & { limit: number; before?: number | undefined; offset?: number | undefined },
): Promise<RecordedAudit[]> => {
  const { limit, before, offset = 0 } = query
  // Clients send any whole number; what lies behind every entry is all the same.
  const [start, skipped] = [before ?? Number.MAX_SAFE_INTEGER, offset].map((one) =>
    Math.min(one, Number.MAX_SAFE_INTEGER),
  )
  const rows = await context.sql.query<AuditRow>(NEWEST, [...valuesOf(context.tenant, query), limit, start, skipped])
  return rows.map((row) => ({
    id: Number(row.id),
    at: row.at.toISOString(),
    actor: { type: row.actor_type, uid: row.actor_uid, name: row.actor_name },
    action: row.action,
    object: { kind: row.kind, uid: row.uid, name: row.name },
    project: row.project,
    message: row.message,
    note: row.note,
  }))
}

/** How many there are; of more than `most`, that. */
export const countAudit = async (
  { sql, tenant }: Pick<TxContext, 'sql' | 'tenant'>,
  selection: AuditSelection,
  most: number,
): Promise<number> => {
  const [row] = await sql.query<{ count: number }>(COUNT, [...valuesOf(tenant, selection), most])
  return row?.count ?? 0
}
