import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Claim, WorkKind, WorkQueue } from '@atrium/runtime/store/store.ts'
import type { Database } from './database.ts'
import { queueTime } from './queue-time.ts'

/**
 * One row per object that waits or is worked on.
 *
 * waiting: `owner` null, due at `due_at` (null: after a failure without another try). leased: `owner` set, `due_at` is
 * the end of the lease, so a dead worker's key is simply due again. `fence` comes from one sequence and ascends for
 * ever. A key that ends without anything left to do is deleted. `ahead_ms`: how far its `due_at` was set back, so that it
 * goes before what has waited for less.
 */
const CLAIM = `
  with due as (
    select tenant, kind, uid from work_queue
    where due_at <= coalesce($1, clock_timestamp()) and kind = any($2)
    order by due_at limit $3
    for update skip locked
  )
  update work_queue q set owner = $4, dirty = false, ahead_ms = 0, fence = nextval('work_fences'),
    due_at = coalesce($1, clock_timestamp()) + $5 * interval '1 ms'
  from due where q.tenant = due.tenant and q.kind = due.kind and q.uid = due.uid
  returning q.tenant, q.kind, q.uid, q.fence, q.attempts, q.due_at`

const RENEW = `
  update work_queue set due_at = coalesce($5, clock_timestamp()) + $6 * interval '1 ms'
  where tenant = $1 and kind = $2 and uid = $3 and fence = $4 and owner is not null
  returning fence`

const FORGET = `
  delete from work_queue
  where tenant = $1 and kind = $2 and uid = $3 and fence = $4 and owner is not null and not dirty
  returning fence`

const REARM = `
  update work_queue set owner = null, dirty = false, attempts = case when $6 then attempts + 1 else 0 end,
    due_at = case when dirty then coalesce($5, clock_timestamp()) - ahead_ms * interval '1 ms'
      else coalesce($5, clock_timestamp()) + $7::double precision * interval '1 ms' end
  where tenant = $1 and kind = $2 and uid = $3 and fence = $4 and owner is not null
  returning due_at <= coalesce($5, clock_timestamp()) as due`

const RELEASE = `
  update work_queue set owner = null, dirty = false, ahead_ms = 0, due_at = coalesce($1, clock_timestamp())
  where owner is not null returning fence`

const DEPTH = `
  select count(*) as due,
    coalesce(extract(epoch from coalesce($1, clock_timestamp()) - min(due_at + ahead_ms * interval '1 ms')) * 1000, 0)::double precision
      as oldest_ms
  from work_queue where due_at <= coalesce($1, clock_timestamp())`

interface ClaimRow extends Record<string, unknown> {
  tenant: string
  kind: WorkKind
  uid: string
  fence: number
  attempts: number
  due_at: Date
}

export class PostgresQueue implements WorkQueue {
  readonly #database: Database
  readonly #clock: Clock
  readonly #listeners = new Set<() => void>()

  constructor(database: Database, clock: Clock) {
    this.#database = database
    this.#clock = clock
  }

  /** Tells this process' workers that keys may be due. */
  wake(): void {
    for (const listener of [...this.#listeners]) listener()
  }

  async claim(options: { owner: string; kinds: WorkKind[]; limit: number; leaseMs: number }): Promise<Claim[]> {
    const { owner, kinds, limit, leaseMs } = options
    const values = [queueTime(this.#clock), kinds, limit, owner, leaseMs]
    const rows = await this.#database.asSystem((sql) => sql.query<ClaimRow>(CLAIM, values))
    return rows.map(({ due_at, ...row }) => ({ ...row, leaseUntil: due_at.getTime() }))
  }

  async renew(claim: Claim, leaseMs: number): Promise<boolean> {
    const values = [...keyOf(claim), queueTime(this.#clock), leaseMs]
    return (await this.#database.asSystem((sql) => sql.query(RENEW, values))).length > 0
  }

  async finish(claim: Claim, result: { requeueAfterMs?: number; failed: boolean }): Promise<void> {
    const key = keyOf(claim)
    const due = await this.#database.asSystem(async (sql) => {
      const nothingLeft = !result.failed && result.requeueAfterMs === undefined
      if (nothingLeft && (await sql.query(FORGET, key)).length > 0) return false
      const values = [...key, queueTime(this.#clock), result.failed, result.requeueAfterMs ?? null]
      return (await sql.query<{ due: boolean | null }>(REARM, values))[0]?.due === true
    })
    if (due) this.wake()
  }

  /**
   * Makes every leased key due at once, instead of when its lease ends. Only for who knows that no other worker lives,
   * as the one-machine edition does when it starts: work that a killed server left goes on without a pause.
   */
  async releaseLeases(): Promise<number> {
    const released = await this.#database.asSystem((sql) => sql.query(RELEASE, [queueTime(this.#clock)]))
    this.wake()
    return released.length
  }

  onWork(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  async depth(): Promise<{ due: number; oldestMs: number }> {
    const values = [queueTime(this.#clock)]
    const rows = await this.#database.asSystem((sql) => sql.query<{ due: number; oldest_ms: number }>(DEPTH, values))
    return { due: rows[0]?.due ?? 0, oldestMs: Math.max(0, Math.round(rows[0]?.oldest_ms ?? 0)) }
  }
}

const keyOf = (claim: Claim): [string, string, string, number] => [claim.tenant, claim.kind, claim.uid, claim.fence]
