import pg from 'pg'

/** Written by workers and by refusals too: they say nothing about what a caller changed. */
const bookkeeping = ['audit_log', 'changes', 'changes_pending', 'work_queue']

const TABLES = `
  select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant'
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> all($1) order by 1`

/** One row of the tenant: its table and its columns. */
export type Row = { table: string } & Record<string, unknown>

/** Everything a tenant holds, objects, secrets and people alike, read past every policy. A new table is in it by being there. */
export async function stateOf(ownerUrl: string, tenant: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ name: string }>(TABLES, [bookkeeping])
    const found: Row[] = []
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: Record<string, unknown> }>(
        `select to_jsonb(t) as row from ${name} t where tenant = $1 order by to_jsonb(t)::text`,
        [tenant],
      )
      found.push(...rows.map(({ row }) => ({ table: name, ...row })))
    }
    return found
  } finally {
    await client.end()
  }
}

/** Rows that one state has and the other lacks, a changed row twice. */
export function difference(before: readonly Row[], after: readonly Row[]): Row[] {
  const texts = (rows: readonly Row[]): Set<string> => new Set(rows.map((row) => JSON.stringify(row)))
  const [old, fresh] = [texts(before), texts(after)]
  const lacksIn = (texts: Set<string>) => (row: Row) => !texts.has(JSON.stringify(row))
  return [...before.filter(lacksIn(fresh)), ...after.filter(lacksIn(old))]
}

/** A user's own keys, sessions and password: theirs alone to change. */
export const isOwn =
  (userUid: string) =>
  (row: Row): boolean =>
    (['api_keys', 'sessions'].includes(row.table) && row.user_uid === userUid) ||
    (row.table === 'users' && row.uid === userUid)
