/**
 * The one way to the database. SQL outside `src/store` and the identity and link tables does not exist.
 *
 *     const users = await database.withTenant(tenant, (sql) =>
 *       sql.query<{ uid: string; email: string }>('select uid, email from users where email = $1', [email]))
 *     await database.asSystem((sql) => sql.query('update tenants set name = $2 where uid = $1', [uid, name]))
 *
 * - `withTenant` runs one transaction as role `atrium_app`: row-level security shows it that tenant only (and what a
 *   policy shares from tenant `system`). `asSystem` runs one as `atrium_system`: all tenants, but only granted columns.
 * - `work` may run again after a serialisation failure or deadlock: it has no effects but its SQL.
 * - A transaction inside another one is refused: each holds a connection, so as many as there are would wait for more.
 * - An SQL error ends the transaction; catching it inside `work` does not help, the commit is then refused.
 * - bigint arrives as number, timestamptz as Date, jsonb parsed. Give jsonb parameters as JSON text: `JSON.stringify(x)`.
 * - Only parameters carry values; SQL text is constant. To write objects in the same transaction, see `openTx` in `tx.ts`.
 */
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { AtriumError, messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { type Random, withJitter } from '@atrium/runtime/base/random.ts'
import { Nesting } from '@atrium/runtime/store/nesting.ts'
import type { Pool, PoolClient, QueryResultRow } from 'pg'
import { connectionConfig, createPool, type DatabaseRole } from './connection.ts'
import { inOneGo, inTransaction, type Sql, type Work } from './conversation.ts'
import { asConflict, isConnectionError, isRetryable, unreachable } from './pg-errors.ts'

export type { Sql } from './conversation.ts'

export interface DatabaseOptions {
  /** URL of the schema's owner: migrations, and the other two roles unless they have URLs of their own. */
  url: string
  appUrl?: string
  systemUrl?: string
  /** Connections of `atrium_app`; `atrium_system` has 4, and the store two more for the sequencer and notifications. Default 10. */
  appConnectionsMax?: number
  clock: Clock
  random: Random
  logger: Logger
}

const RETRIES_MAX = 5
const RETRY_DELAY_MS = 10
/** How long a transaction waits for a database that is just restarting before it fails. */
const CONNECT_LIMIT_MS = 5_000

export class Database {
  readonly #options: DatabaseOptions
  readonly #app: Pool
  readonly #system: Pool
  readonly #nesting = new Nesting()

  constructor(options: DatabaseOptions) {
    this.#options = options
    this.#app = createPool(options, 'atrium_app', options.appConnectionsMax ?? 10)
    this.#system = createPool(options, 'atrium_system', 4)
  }

  /** One transaction of one tenant. Throws `AtriumError`s for what a caller can understand, else the driver's error. */
  withTenant<T>(tenant: string, run: Work<T>['run'], last?: Work<T>['last']): Promise<T> {
    const begin = beginFor(tenant)
    return this.#run(this.#app, (client) => inTransaction(client, begin, { run, last }))
  }

  /** For what one statement reads: each is a transaction of its own, as of `withTenant`, that takes one round trip instead of three. */
  readsOf(tenant: string): Sql {
    const begin = beginFor(tenant)
    return {
      query: <Row extends QueryResultRow>(text: string, values: readonly unknown[] = []) =>
        this.#run(this.#app, (client) => inOneGo<Row>(client, begin, text, values)),
    }
  }

  /** One transaction across tenants, with the few rights of `atrium_system`. */
  asSystem<T>(run: (sql: Sql) => Promise<T>): Promise<T> {
    return this.#run(this.#system, (client) => inTransaction(client, 'begin', { run }))
  }

  /** As `readsOf`, across tenants. */
  get systemReads(): Sql {
    return {
      query: <Row extends QueryResultRow>(text: string, values: readonly unknown[] = []) =>
        this.#run(this.#system, (client) => inOneGo<Row>(client, null, text, values)),
    }
  }

  /** Refuses to work as anybody but the two roles, or when row-level security would not bind them. */
  async checkRoles(): Promise<void> {
    for (const [pool, role] of [
      [this.#app, 'atrium_app'],
      [this.#system, 'atrium_system'],
    ] as const)
      await this.#run(pool, (client) => inTransaction(client, 'begin', { run: (sql) => mustBe(sql, role) }))
  }

  /** Connection settings for a session of its own (sequencer, notifications). */
  connectionConfig(role: DatabaseRole): ReturnType<typeof connectionConfig> {
    return connectionConfig(this.#options, role)
  }

  async close(): Promise<void> {
    await Promise.all([this.#app.end(), this.#system.end()])
  }

  async #run<T>(pool: Pool, transaction: (client: PoolClient) => Promise<T>): Promise<T> {
    this.#nesting.mustBeOutside()
    for (let attempt = 1; ; attempt++) {
      const client = await this.#connect(pool)
      try {
        return await this.#nesting.run(() => transaction(client))
      } catch (error) {
        if (isConnectionError(error)) throw unreachable(error)
        if (!isRetryable(error) || attempt === RETRIES_MAX) throw asConflict(error)
        await this.#options.clock.sleep(withJitter(RETRY_DELAY_MS * attempt, 0.5, this.#options.random))
      }
    }
  }

  /** Nothing has run yet, so trying again is safe. */
  async #connect(pool: Pool): Promise<PoolClient> {
    const { clock } = this.#options
    const deadline = clock.now() + CONNECT_LIMIT_MS
    for (;;) {
      try {
        return await pool.connect()
      } catch (error) {
        if (pool.ended) throw new AtriumError('InternalError', 'the store is closed', { cause: error })
        if (!isConnectionError(error)) throw error
        if (clock.now() >= deadline) throw unreachable(error)
        this.#options.logger.debug({ error: messageOf(error) }, 'waiting for the database')
        await clock.sleep(100)
      }
    }
  }
}

const mustBe = async (sql: Sql, role: DatabaseRole): Promise<void> => {
  const [row] = await sql.query<{ name: string; unbound: boolean }>(
    'select rolname as name, rolsuper or rolbypassrls as unbound from pg_roles where rolname = current_user',
  )
  if (row?.name !== role)
    throw new AtriumError(
      'InvalidState',
      `connected to the database as ${row?.name}, not as ${role}: give ${role} a URL of its own, or remove "options" from the database URL`,
    )
  if (row.unbound)
    throw new AtriumError(
      'InvalidState',
      `role ${role} looks past row-level security: take SUPERUSER and BYPASSRLS from it`,
    )
}

/** One round trip for both statements. `set local` takes no parameter, so the tenant's form is checked instead. */
const beginFor = (tenant: string): string => {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(tenant)) throw new AtriumError('InternalError', 'malformed tenant')
  return `begin; set local atrium.tenant = '${tenant}'`
}
