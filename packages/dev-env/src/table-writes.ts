import pg from 'pg'

/** Rows of this table that were ever inserted, changed or deleted, as PostgreSQL counts them: some seconds late. */
export const rowsWritten = async (databaseUrl: string, table: string): Promise<number> => {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ written: string }>(
      `select n_tup_ins + n_tup_upd + n_tup_del as written from pg_stat_user_tables where relname = $1`,
      [table],
    )
    return Number(rows[0]?.written)
  } finally {
    await client.end()
  }
}
