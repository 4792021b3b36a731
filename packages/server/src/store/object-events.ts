import type { ObjectRef } from '@atrium/api/kinds/meta.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { EventRecord } from '@atrium/runtime/store/store.ts'
import { notFound, type TxContext } from './tx-context.ts'

const EXISTS = `select from objects where tenant = $1 and kind = $2 and uid = $3`

const APPEND = `
  insert into events (tenant, uid, id, at, severity, reason, message, involved, source)
  select $1, $2, e.id, e.at, e.severity, e.reason, e.message, e.involved, e.source
  from jsonb_to_recordset($3::jsonb) as e(id text, at timestamptz, severity text, reason text, message text,
    involved text, source text)
  on conflict do nothing`

const TRIM = `
  delete from events where tenant = $1 and uid = $2 and id in (
    select id from events where tenant = $1 and uid = $2 order by at desc, id desc offset $3)`

/** Adds events once per id and drops the oldest beyond the limit. */
export const addEvents = async (context: TxContext, ref: ObjectRef, events: EventRecord[]): Promise<void> => {
  const isHeld = context.locked.get(ref.uid)?.object.kind === ref.kind
  if (!isHeld && (await context.sql.query(EXISTS, [context.tenant, ref.kind, ref.uid])).length === 0)
    throw notFound(ref.kind, ref.uid)
  if (events.length === 0) return
  await context.sql.query(APPEND, [context.tenant, ref.uid, JSON.stringify(events)])
  await context.sql.query(TRIM, [context.tenant, ref.uid, context.limits.events])
}

interface EventRow extends Record<string, unknown>, Omit<EventRecord, 'at'> {
  at: Date
}

const COLUMNS = 'id, at, severity, reason, message, involved, source'
const NEWEST = `
  select ${COLUMNS} from events where tenant = $1 and uid = $2 order by at desc, id desc limit $3`
const OLDER = `
  select ${COLUMNS} from events where tenant = $1 and uid = $2 and (at, id) < ($4, $5)
  order by at desc, id desc limit $3`

/** Newest first; `limit` 0 = everything that is kept. */
export const readEvents = async (
  context: TxContext,
  ref: ObjectRef,
  query: { limit: number; continue?: string },
): Promise<{ items: EventRecord[]; continue?: string }> => {
  const limit = query.limit || context.limits.events
  const values = [context.tenant, ref.uid, limit + 1]
  const rows =
    query.continue === undefined
      ? await context.sql.query<EventRow>(NEWEST, values)
      : await context.sql.query<EventRow>(OLDER, [...values, ...readToken(query.continue)])
  const items = rows.slice(0, limit).map((row) => ({ ...row, at: row.at.toISOString() }))
  const last = items.at(-1)
  return { items, ...(rows.length > limit && last ? { continue: writeToken(last) } : {}) }
}

const writeToken = (last: EventRecord): string => Buffer.from(`${last.at} ${last.id}`).toString('base64url')

const readToken = (token: string): [string, string] => {
  const text = Buffer.from(token, 'base64url').toString('utf8')
  const at = text.slice(0, text.indexOf(' '))
  if (Number.isNaN(Date.parse(at)))
    throw new AtriumError('InvalidRequest', 'the continue token does not belong to this list: start again without it', {
      details: { field: 'continue' },
    })
  return [at, text.slice(text.indexOf(' ') + 1)]
}
