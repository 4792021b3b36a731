import type { KindName } from '@atrium/api/kinds/index.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { Actor, Changed, ChangeEvent, Fence, Store, Tx, WatchOptions } from '@atrium/runtime/store/store.ts'
import { ChangeTail, WORK_CHANNEL } from './change-tail.ts'
import { changedSince } from './changed-since.ts'
import { Database, type DatabaseOptions, type Sql } from './database.ts'
import { enterHistory, type Head, readHead } from './history.ts'
import type { KeyProvider } from './keys/key-provider.ts'
import { TenantKeys } from './keys/tenant-keys.ts'
import { migrate } from './migrate.ts'
import { beginTx, completeTx, mustStillHold } from './queue-marks.ts'
import { queueTime } from './queue-time.ts'
import { PENDING_CHANNEL, Sequencer } from './sequencer.ts'
import { SystemStore } from './system-store.ts'
import { TenantRemoval } from './tenant-removal.ts'
import { PostgresTx } from './tx.ts'
import type { StoreLimits, TxContext } from './tx-context.ts'
import { watchChanges } from './watch.ts'
import { PostgresQueue } from './work-queue.ts'

export interface StoreOptions extends Omit<DatabaseOptions, 'url'> {
  /** URL of the schema's owner. */
  databaseUrl: string
  keyProvider: KeyProvider
  clock: Clock
  random: Random
  logger: Logger
  /** False when the schema is known to be current, as in tests on a copied database. Default true. */
  migrate?: boolean
  /** False for processes that only read and write. Default true: every server stands by to sequence. */
  sequence?: boolean
  /** Positions of the change log that are kept. Default 100,000. */
  keepChanges?: number
  /** Events kept of one object. Default 1,000. */
  keepEvents?: number
  /** Former specs kept of one object. Default 20. */
  keepHistory?: number
}

const LEASE = `
  insert into leases as held (name, owner, lease_until)
  values ($1, $2, coalesce($3, clock_timestamp()) + $4 * interval '1 ms')
  on conflict (name) do update set owner = excluded.owner, lease_until = excluded.lease_until
    where held.owner = excluded.owner or held.lease_until <= coalesce($3, clock_timestamp())
  returning name`
const RELEASE = 'delete from leases where name = $1 and owner = $2'

/** Migrates the schema, checks the roles and starts to follow the change log. Close it, or its sessions keep the process alive. */
export const openStore = async (options: StoreOptions): Promise<PostgresStore> => {
  const { databaseUrl: url, clock, logger } = options
  if (options.migrate !== false) await migrate({ url, clock, logger })
  const database = new Database({ ...options, url })
  try {
    await database.checkRoles()
    return new PostgresStore(options, database, await enterHistory(database))
  } catch (error) {
    await database.close()
    throw error
  }
}

export class PostgresStore implements Store {
  readonly queue: PostgresQueue
  /** SQL for tables beside the objects (identity, links): see `database.ts`. */
  readonly database: Database
  /** What no tenant may do: tenants themselves, root key rotation. */
  readonly system: SystemStore
  /** Tenants' data keys, for what is sealed beside the objects. */
  readonly keys: TenantKeys
  /** The end of a tenant. */
  readonly removal: TenantRemoval
  readonly #options: StoreOptions
  readonly #changedSince: ReturnType<typeof changedSince>
  readonly #limits: StoreLimits
  readonly #sequencer: Sequencer
  readonly #tail: ChangeTail
  #ringing: Promise<void> | null = null
  #closing: Promise<void> | null = null

  constructor(options: StoreOptions, database: Database, head: Head) {
    const { clock, random, logger } = options
    this.#options = options
    this.database = database
    this.keys = new TenantKeys(options.keyProvider, clock, random)
    this.#changedSince = changedSince(database)
    this.#limits = { events: options.keepEvents ?? 1_000, history: options.keepHistory ?? 20 }
    this.queue = new PostgresQueue(database, clock)
    this.system = new SystemStore(database, this.keys, options)
    this.removal = new TenantRemoval(this, this.keys, clock)
    const connection = database.connectionConfig('atrium_system')
    const session = { connection, clock, random, logger }
    const history = { enterHistory: (known: number) => enterHistory(database, known), onWork: () => this.queue.wake() }
    this.#tail = new ChangeTail({ ...session, ...history }, head)
    this.#sequencer = new Sequencer({ ...session, keepChanges: options.keepChanges ?? 100_000 })
    this.#tail.start()
    if (options.sequence !== false) this.#sequencer.start()
  }

  /** `work` gets, besides `tx`, the SQL of the same transaction for tables beside the objects. */
  async transaction<T>(
    tenant: string,
    actor: Actor,
    work: (tx: Tx, sql: Sql) => Promise<T>,
    fence?: Fence,
  ): Promise<T> {
    let context: TxContext | undefined
    const run = async (sql: Sql): Promise<T> => {
      // New for each try: what a failed one touched is not marked.
      context = this.#context(tenant, actor, sql, fence ?? null)
      await beginTx(context)
      const result = await work(new PostgresTx(context), sql)
      await mustStillHold(context)
      return result
    }
    const result = await this.database.withTenant(tenant, run, async () => context && completeTx(context))
    if (context) this.#committed(context.effects)
    return result
  }

  watch(options: WatchOptions): AsyncIterable<ChangeEvent> {
    // The starting point is taken now, not when the caller first asks for an event: nothing between is lost.
    const from = options.since ?? this.#tail.position
    options.reached?.(from)
    return watchChanges(this.database, this.#tail, options, from)
  }

  async position(): Promise<number> {
    return (await readHead(this.database)).position
  }

  changedSince(tenant: string, kind: KindName, since: number): Promise<Changed> {
    return this.#changedSince({ tenant, kind, since })
  }

  async lease(name: string, owner: string, leaseMs: number): Promise<boolean> {
    const values = [name, owner, queueTime(this.#options.clock), leaseMs]
    return (await this.database.asSystem((sql) => sql.query(LEASE, values))).length > 0
  }

  async release(name: string, owner: string): Promise<void> {
    await this.database.asSystem((sql) => sql.query(RELEASE, [name, owner]))
  }

  /** Orders desired states: raised when the database was restored from a copy. */
  get epoch(): number {
    return this.#tail.epoch
  }

  /** True while this process gives out the positions of the change log. */
  get sequencing(): boolean {
    return this.#sequencer.leading
  }

  /** Ends watches and sessions, and waits for running transactions. Calling it again waits for the same end. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await Promise.all([this.#sequencer.stop(), this.#tail.stop()])
    await this.#ringing
    await this.database.close()
  }

  #context(tenant: string, actor: Actor, sql: Sql, fence: Fence | null): TxContext {
    const { clock, random } = this.#options
    return {
      sql,
      tenant,
      actor,
      clock,
      random,
      keys: this.keys,
      limits: this.#limits,
      locked: new Map(),
      touched: new Map(),
      audits: [],
      fence,
      effects: { changes: false, work: false },
    }
  }

  #committed(effects: { changes: boolean; work: boolean }): void {
    if (effects.work) this.queue.wake()
    if (effects.changes && this.#sequencer.leading) this.#sequencer.wake()
    else if (effects.changes) this.#ring(PENDING_CHANNEL)
    else if (effects.work) this.#ring(WORK_CHANNEL)
  }

  /**
   * Tells other servers, in a transaction of its own: a notification inside a write would make all commits wait for
   * each other. One at a time, so a busy server rings once per round trip; who polls finds what a lost ring meant.
   */
  #ring(channel: string): void {
    this.#ringing ??= this.database
      .asSystem((sql) => sql.query(`select pg_notify($1, '')`, [channel]))
      .catch((error: unknown) => this.#options.logger.debug({ error: messageOf(error) }, 'could not notify'))
      .then(() => {
        this.#ringing = null
      })
  }
}
