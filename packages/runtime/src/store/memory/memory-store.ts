import type { KindName } from '@atrium/api/kinds/index.ts'
import type { Clock } from '../../base/clock.ts'
import { AtriumError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import { Nesting } from '../nesting.ts'
import type { Actor, AuditEntry, Changed, ChangeEvent, Fence, Store, Tx, WatchOptions } from '../store.ts'
import { ChangeLog } from './changes.ts'
import { MemoryTx } from './memory-tx.ts'
import { checkFence, MemoryQueue } from './queue.ts'
import { type Effects, Tables } from './tables.ts'

export interface MemoryStoreOptions {
  clock: Clock
  random: Random
  /** How many changes a watcher may lag behind. */
  keepChanges?: number
  /** Events kept of one object. */
  keepEvents?: number
  /** Former specs kept of one object. */
  keepHistory?: number
}

/** The whole Store in this process' memory: for the simulation and fast tests. Transactions run one after the other. */
export class MemoryStore implements Store {
  readonly queue: MemoryQueue
  readonly #options: MemoryStoreOptions
  readonly #tables = new Tables()
  readonly #changes: ChangeLog
  readonly #audit: (AuditEntry & { tenant: string })[] = []
  readonly #leases = new Map<string, { owner: string; until: number }>()
  readonly #inside = new Nesting()
  #turn: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(options: MemoryStoreOptions) {
    this.#options = options
    this.#changes = new ChangeLog(options.keepChanges ?? 10_000)
    this.queue = new MemoryQueue(this.#tables, options.clock, (work) => this.#exclusive(async () => work()))
  }

  transaction<T>(tenant: string, actor: Actor, work: (tx: Tx) => Promise<T>, fence?: Fence): Promise<T> {
    const effects: Effects = { changes: [], audit: [], work: false }
    const { clock, random, keepEvents: events = 1000, keepHistory: history = 20 } = this.#options
    const tx = new MemoryTx({
      tenant,
      actor,
      tables: this.#tables,
      effects,
      clock,
      random,
      limits: { events, history },
      fence,
    })
    return this.#exclusive(
      async () => {
        if (fence) checkFence(this.#tables, tenant, fence)
        return work(tx)
      },
      () => this.#publish(effects),
    )
  }

  watch(options: WatchOptions): AsyncIterable<ChangeEvent> {
    // The starting point is taken now, not when the caller first asks for an event: nothing between is lost.
    const from = options.since ?? this.#changes.position
    options.reached?.(from)
    return this.#changes.watch(options, from, () => this.#closed)
  }

  async position(): Promise<number> {
    return this.#changes.position
  }

  async changedSince(tenant: string, kind: KindName, since: number): Promise<Changed> {
    return this.#changes.changedSince(tenant, kind, since)
  }

  async lease(name: string, owner: string, leaseMs: number): Promise<boolean> {
    const now = this.#options.clock.now()
    const held = this.#leases.get(name)
    if (held && held.owner !== owner && held.until > now) return false
    this.#leases.set(name, { owner, until: now + leaseMs })
    return true
  }

  async release(name: string, owner: string): Promise<void> {
    if (this.#leases.get(name)?.owner === owner) this.#leases.delete(name)
  }

  /** The audit record, oldest first. */
  auditEntries(tenant: string): AuditEntry[] {
    return this.#audit.filter((entry) => entry.tenant === tenant)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#changes.wakeAll()
    await this.#turn.catch(() => undefined)
  }

  #publish(effects: Effects): void {
    this.#changes.append(effects.changes)
    this.#audit.push(...effects.audit)
    if (effects.work) this.queue.notify()
  }

  async #exclusive<T>(work: () => Promise<T>, committed: () => void = () => undefined): Promise<T> {
    if (this.#closed) throw new AtriumError('InternalError', 'the store is closed')
    this.#inside.mustBeOutside()
    const run = this.#turn.then(async () => {
      try {
        const result = await this.#inside.run(work)
        this.#tables.commit()
        committed()
        return result
      } catch (error) {
        this.#tables.rollback()
        throw error
      }
    })
    this.#turn = run.catch(() => undefined)
    return run
  }
}
