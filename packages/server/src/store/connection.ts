import { messageOf } from '@atrium/runtime/base/errors.ts'
import pg, { type ClientConfig, type Pool } from 'pg'
import type { DatabaseOptions } from './database.ts'

/** Neither owns anything, neither may look past row-level security. */
export type DatabaseRole = 'atrium_app' | 'atrium_system'

const STATEMENT_LIMIT_MS = 30_000
const LOCK_LIMIT_MS = 10_000
/** A transaction that waits for something outside the database this long is a fault: it would hold rows and block vacuum. */
const IDLE_LIMIT_MS = 60_000
/** A new connection reads the catalogue and plans each statement anew: for a while it answers ten times slower than the others. */
const KEPT_MS = 600_000

const types = new pg.TypeOverrides()
// Versions, positions and counts stay far below 2^53.
types.setTypeParser(pg.types.builtins.INT8, Number)

/**
 * How to connect as one of the two roles: with the role's own URL, else as the owner who takes the role on.
 * The second is weaker, since injected SQL could take it off again: give external databases a URL for each role.
 */
export const connectionConfig = (
  options: Pick<DatabaseOptions, 'url' | 'appUrl' | 'systemUrl'>,
  role: DatabaseRole,
): ClientConfig => {
  const own = role === 'atrium_app' ? options.appUrl : options.systemUrl
  const settings = [
    `statement_timeout=${STATEMENT_LIMIT_MS}`,
    `lock_timeout=${LOCK_LIMIT_MS}`,
    `idle_in_transaction_session_timeout=${IDLE_LIMIT_MS}`,
    'search_path=public',
    ...(own === undefined ? [`role=${role}`] : []),
  ]
  return {
    connectionString: own ?? options.url,
    options: settings.map((setting) => `-c ${setting}`).join(' '),
    application_name: role,
    types,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    // The server's own limit ends a statement first; this one ends the wait for a server that cannot be reached any more.
    query_timeout: STATEMENT_LIMIT_MS + 10_000,
  }
}

export const createPool = (options: DatabaseOptions, role: DatabaseRole, max: number): Pool => {
  const pool = new pg.Pool({ ...connectionConfig(options, role), max, idleTimeoutMillis: KEPT_MS, pipeline: true })
  const lost = (error: Error): void =>
    options.logger.debug({ role, error: messageOf(error) }, 'database connection lost')
  // An idle connection that breaks is replaced. One that breaks between two statements of a transaction says so here
  // and to the next statement; without a listener the first would end the process.
  pool.on('error', lost)
  pool.on('connect', (client) => client.on('error', lost))
  return pool
}
