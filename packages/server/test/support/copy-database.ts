import { createTestDatabase, type TestDatabase } from '@atrium/dev-env/postgres.ts'
import pg, { type Client } from 'pg'

const TABLES = `
  select relname as name from pg_class
  where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> 'migrations'`
const COLUMNS = `
  select string_agg(quote_ident(attname), ', ') as list from pg_attribute
  where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`
const SEQUENCES = `select sequencename as name, last_value as value from pg_sequences where schemaname = 'public'`

/** Copies all rows and sequences into a new database, as a dump and a restore do, and runs `work` on it. */
export const copyDatabase = async (
  source: TestDatabase,
  work: (copy: TestDatabase) => Promise<void>,
): Promise<void> => {
  const target = await createTestDatabase()
  const [from, to] = [new pg.Client({ connectionString: source.url }), new pg.Client({ connectionString: target.url })]
  try {
    await from.connect()
    await to.connect()
    // Off for the owner's session, as pg_restore does: rows arrive in any order.
    await to.query('set session_replication_role = replica')
    const { rows } = await from.query<{ name: string }>(TABLES)
    for (const { name } of rows) await copyTable(from, to, name)
    for (const { name, value } of (await from.query<{ name: string; value: string | null }>(SEQUENCES)).rows)
      if (value !== null) await to.query('select setval($1, $2)', [name, value])
    await work(target)
  } finally {
    await Promise.all([from.end(), to.end()])
    await target.drop()
  }
}

const copyTable = async (from: Client, to: Client, name: string): Promise<void> => {
  const { rows: columns } = await from.query<{ list: string }>(COLUMNS, [name])
  const list = columns[0]?.list ?? ''
  const { rows } = await from.query<{ all: string }>(
    `select coalesce(jsonb_agg(to_jsonb(t)), '[]')::text as all from ${name} t`,
  )
  await to.query(`delete from ${name}`)
  await to.query(
    `insert into ${name} (${list}) overriding system value select ${list} from jsonb_populate_recordset(null::${name}, $1)`,
    [rows[0]?.all],
  )
}
