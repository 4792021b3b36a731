import type { Clock } from '../../base/clock.ts'
import { AtriumError } from '../../base/errors.ts'
import type { Claim, Fence, WorkKind, WorkQueue } from '../store.ts'
import { keyOf, type QueueRow, type Tables } from './tables.ts'

/** Runs `work` alone, committed when it returns. */
export type Exclusive = <T>(work: () => T) => Promise<T>

/** Marks a key: due after `delayMs` at the latest; a key that is being worked on becomes due when that run ends. */
export function mark(
  tables: Tables,
  now: number,
  key: Pick<QueueRow, 'tenant' | 'kind' | 'uid'>,
  delayMs: number,
): void {
  const id = keyOf(key.tenant, key)
  const row = tables.queue.get(id) ?? {
    ...key,
    dueAt: null,
    aheadMs: 0,
    owner: null,
    leaseUntil: 0,
    fence: 0,
    dirty: false,
    attempts: 0,
  }
  const aheadMs = Math.max(0, -delayMs)
  if (row.owner !== null) tables.queue.set(id, { ...row, dirty: true, aheadMs: Math.max(row.aheadMs, aheadMs) })
  else if (now + delayMs < (row.dueAt ?? Infinity)) tables.queue.set(id, { ...row, dueAt: now + delayMs, aheadMs })
}

/** Throws `LeaseLost` when the key has been claimed again since `fence` was given out. */
export function checkFence(tables: Tables, tenant: string, fence: Fence): void {
  if (tables.queue.get(keyOf(tenant, fence))?.fence !== fence.fence)
    throw new AtriumError('LeaseLost', `${fence.kind} ${fence.uid}: another worker took over`)
}

const isFree = (row: QueueRow, now: number): boolean =>
  row.dueAt !== null && row.dueAt <= now && (row.owner === null || row.leaseUntil <= now)

export class MemoryQueue implements WorkQueue {
  readonly #tables: Tables
  readonly #clock: Clock
  readonly #exclusive: Exclusive
  readonly #listeners = new Set<() => void>()

  constructor(tables: Tables, clock: Clock, exclusive: Exclusive) {
    this.#tables = tables
    this.#clock = clock
    this.#exclusive = exclusive
  }

  notify(): void {
    for (const listener of [...this.#listeners]) listener()
  }

  claim(options: { owner: string; kinds: WorkKind[]; limit: number; leaseMs: number }): Promise<Claim[]> {
    return this.#exclusive(() => {
      const now = this.#clock.now()
      const free = [...this.#tables.queue.values()]
        .filter((row) => options.kinds.includes(row.kind) && isFree(row, now))
        .sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0))
      return free.slice(0, options.limit).map((row) => this.#lease(row, options.owner, now + options.leaseMs))
    })
  }

  #lease(row: QueueRow, owner: string, leaseUntil: number): Claim {
    const fence = ++this.#tables.fence
    this.#tables.queue.set(keyOf(row.tenant, row), { ...row, aheadMs: 0, owner, leaseUntil, fence, dirty: false })
    return { tenant: row.tenant, kind: row.kind, uid: row.uid, fence, attempts: row.attempts, leaseUntil }
  }

  renew(claim: Claim, leaseMs: number): Promise<boolean> {
    return this.#exclusive(() => {
      const row = this.#held(claim)
      if (!row) return false
      const leaseUntil = this.#clock.now() + leaseMs
      this.#tables.queue.set(keyOf(claim.tenant, claim), { ...row, leaseUntil })
      return true
    })
  }

  async finish(claim: Claim, result: { requeueAfterMs?: number; failed: boolean }): Promise<void> {
    const again = await this.#exclusive(() => {
      const row = this.#held(claim)
      if (!row) return false
      const now = this.#clock.now()
      const later = result.requeueAfterMs === undefined ? null : now + result.requeueAfterMs
      const attempts = result.failed ? row.attempts + 1 : 0
      const dueAt = row.dirty ? now - row.aheadMs : later
      const key = keyOf(claim.tenant, claim)
      this.#tables.queue.set(key, { ...row, owner: null, leaseUntil: 0, dirty: false, attempts, dueAt })
      return row.dirty
    })
    if (again) this.notify()
  }

  #held(claim: Claim): QueueRow | null {
    const row = this.#tables.queue.get(keyOf(claim.tenant, claim))
    return row && row.fence === claim.fence && row.owner !== null ? row : null
  }

  onWork(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  depth(): Promise<{ due: number; oldestMs: number }> {
    return this.#exclusive(() => {
      const now = this.#clock.now()
      const free = [...this.#tables.queue.values()].filter((row) => isFree(row, now))
      return { due: free.length, oldestMs: Math.max(0, ...free.map((row) => now - (row.dueAt ?? now) - row.aheadMs)) }
    })
  }
}
