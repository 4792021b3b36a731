import { withClient } from './sql-client.ts'

/** Rows of this table that were ever inserted, changed or deleted, as PostgreSQL counts them: some seconds late. */
export const rowsWritten = (databaseUrl: string, table: string): Promise<number> =>
  withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ written: string }>(
      `select n_tup_ins + n_tup_upd + n_tup_del as written from pg_stat_user_tables where relname = $1`,
      [table],
    )
    return Number(rows[0]?.written)
  })

/** What autovacuum does of itself a minute after much was written: the planner knows the tables as they are. */
export const settleTables = (databaseUrl: string): Promise<void> =>
  withClient(databaseUrl, async (client) => void (await client.query('vacuum analyze')))
