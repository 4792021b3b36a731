import type { Database, Sql } from './database.ts'

/** Where the change log stands. */
export interface Head {
  /** The newest position. */
  position: number
  /** Positions up to this one are no longer kept. */
  pruned: number
  /** Raised with every restore: orders desired states, see `docs/database.md`. */
  epoch: number
}

interface HeadRow extends Head, Record<string, unknown> {
  home: string | null
  here: string
}

/**
 * Names the database the row lies in: server, timeline, database and table. A restored dump makes another table, a recovery
 * to a point in time or a failover another timeline.
 */
const HERE = `
  (select system_identifier from pg_control_system()) || '/' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)
  || '/' || (select oid from pg_database where datname = current_database()) || '/' || 'change_head'::regclass::oid`
const HEAD = `select position, pruned, epoch, home, ${HERE} as here from change_head`
const SETTLE = 'update change_head set home = $1'
/**
 * Microseconds and seconds since 1970: whoever restores the same copy twice, or an older one next, still gets numbers that
 * no earlier history reached, for none ever gives out a million a second. They stay below 2^53 until the year 2255.
 */
const BEGIN = `
  with now as (select extract(epoch from clock_timestamp()) as seconds), start as (
    select greatest(position + 1, floor(seconds * 1000000)::bigint) as position,
      greatest(epoch + 1, floor(seconds)::bigint) as epoch from change_head, now
  ), raised as (
    select setval('resource_versions', greatest(nextval('resource_versions'), position)),
      setval('work_fences', greatest(nextval('work_fences'), position)) from start
  )
  update change_head set position = start.position, pruned = start.position, epoch = start.epoch, home = $1
  from start, raised returning change_head.position, change_head.pruned, change_head.epoch`
const FORGET = 'delete from changes where position <= $1'

export const readHead = async (database: Database): Promise<Head> => {
  const rows = await database.asSystem((sql) => sql.query<HeadRow>('select position, pruned, epoch from change_head'))
  return rows[0] ?? { position: 0, pruned: 0, epoch: 1 }
}

/**
 * The head of the history this database is in. Begins a new one when the database shows that it was restored: it is
 * another one than last time, or it has not come as far as `known`, which was read from it before.
 */
export const enterHistory = async (database: Database, known = 0): Promise<Head> => {
  const head = await database.asSystem((sql) => readRow(sql, HEAD))
  if (isSame(head, known)) return head
  return database.asSystem(async (sql) => {
    // Another server may have come first.
    const row = await readRow(sql, `${HEAD} for update`)
    if (isSame(row, known)) return row
    if (row.home !== null || row.position < known) return begin(sql, row.here)
    await sql.query(SETTLE, [row.here])
    return row
  })
}

/** Begins a new history whatever the database shows: for restores that leave no trace in it, as those of a disk. */
export const beginHistory = (database: Database): Promise<Head> =>
  database.asSystem(async (sql) => begin(sql, (await readRow(sql, `${HEAD} for update`)).here))

const isSame = ({ home, here, position }: HeadRow, known: number): boolean => home === here && position >= known

const begin = async (sql: Sql, here: string): Promise<Head> => {
  const [head] = await sql.query<HeadRow>(BEGIN, [here])
  if (!head) throw new Error('change_head has no row')
  await sql.query(FORGET, [head.position])
  return head
}

const readRow = async (sql: Sql, text: string): Promise<HeadRow> => {
  const [row] = await sql.query<HeadRow>(text)
  if (!row) throw new Error('change_head has no row')
  return row
}
