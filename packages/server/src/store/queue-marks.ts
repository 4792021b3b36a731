import { kinds } from '@atrium/api/kinds/index.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { WorkKind } from '@atrium/runtime/store/store.ts'
import { writeAudits } from './audit.ts'
import { queueTime } from './queue-time.ts'
import type { TxContext } from './tx-context.ts'

const reconciled = Object.values(kinds)
  .filter((kind) => kind.reconciled === true)
  .map(({ name }) => name)

/** A leased key is only made dirty: it becomes due when its run ends. Waiting keys move only forward. */
const ON_CONFLICT = `
  on conflict (tenant, kind, uid) do update set
    dirty = work_queue.dirty or work_queue.owner is not null,
    ahead_ms = case when work_queue.owner is not null then greatest(work_queue.ahead_ms, excluded.ahead_ms)
      when excluded.due_at < coalesce(work_queue.due_at, 'infinity') then excluded.ahead_ms else work_queue.ahead_ms end,
    due_at = case when work_queue.owner is null then least(work_queue.due_at, excluded.due_at) else work_queue.due_at end`

const ENQUEUE = `
  insert into work_queue (tenant, kind, uid, due_at, ahead_ms)
  select $1, kind, uid, coalesce($2, clock_timestamp()) + min(delay) * interval '1 ms', greatest(0, -min(delay))
  from unnest($3::text[], $4::text[], $5::double precision[]) as n (kind, uid, delay)
  group by kind, uid order by kind, uid ${ON_CONFLICT}`

export interface Enqueued {
  kind: WorkKind
  uid: string
  delayMs: number
}

export const enqueueKeys = async (
  context: Pick<TxContext, 'sql' | 'tenant' | 'clock' | 'effects'>,
  keys: readonly Enqueued[],
): Promise<void> => {
  const columns = [keys.map(({ kind }) => kind), keys.map(({ uid }) => uid), keys.map(({ delayMs }) => delayMs)]
  await context.sql.query(ENQUEUE, [context.tenant, queueTime(context.clock), ...columns])
  context.effects.work = true
}

/** In the order of the key, so that two transactions that mark the same keys wait for each other instead of deadlocking. */
const MARK = `
  insert into work_queue (tenant, kind, uid, due_at)
  select $1, kind, uid, coalesce($2, clock_timestamp()) from (
    select kind, uid from unnest($3::text[], $4::text[]) as own(kind, uid)
    union
    select f.kind, f.uid from object_refs r join objects f on f.tenant = r.tenant and f.uid = r.from_uid
    where r.tenant = $1 and r.to_tenant = $1 and r.to_uid = any($4)
  ) keys
  where kind = any($5) and (kind, uid) is distinct from ($6, $7)
  order by kind, uid
  ${ON_CONFLICT}
  returning uid`

/**
 * Marks what the transaction touched, and what refers to it: not the key of the worker itself, who knows what it wrote. Last in the transaction: object rows are locked before
 * queue rows everywhere, which keeps writers and fenced workers from deadlocking.
 */
const markTouched = async (context: TxContext): Promise<void> => {
  const refs = [...context.touched.values()]
  if (refs.length === 0) return
  const rows = await context.sql.query(MARK, [
    context.tenant,
    queueTime(context.clock),
    refs.map(({ kind }) => kind),
    refs.map(({ uid }) => uid),
    reconciled,
    context.fence?.kind ?? null,
    context.fence?.uid ?? null,
  ])
  if (rows.length > 0) context.effects.work = true
}

const HOLDS = `select from work_queue where tenant = $1 and kind = $2 and uid = $3 and fence = $4`
/** Keeps other workers from claiming the key until this transaction has committed. */
const HOLDS_LOCKED = `${HOLDS} for share`

/** What a transaction does first: a worker that lost its key is told so, and not what it would stumble over. */
export const beginTx = (context: TxContext): Promise<void> => mustHold(context, HOLDS)

/** Throws `LeaseLost` when the key was claimed again since. */
const mustHold = async (context: TxContext, text: string): Promise<void> => {
  const { fence } = context
  if (fence === null) return
  const held = await context.sql.query(text, [context.tenant, fence.kind, fence.uid, fence.fence])
  if (held.length === 0) throw new AtriumError('LeaseLost', `${fence.kind} ${fence.uid}: another worker took over`)
}

/** When all is written: from here to the commit no other worker claims the key. */
export const mustStillHold = (context: TxContext): Promise<void> => mustHold(context, HOLDS_LOCKED)

/** What a transaction does last, asked for at once. */
export const completeTx = async (context: TxContext): Promise<void> => {
  await Promise.all([writeAudits(context), markTouched(context)])
}
