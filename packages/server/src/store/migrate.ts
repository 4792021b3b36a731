import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { kinds } from '@atrium/api/kinds/index.ts'
import type { KindDefinition } from '@atrium/api/kinds/meta.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import pg, { type Client } from 'pg'
import { kindDdl } from './kind-columns.ts'
import { codeOf } from './pg-errors.ts'
import { ensureRoles } from './roles.ts'
import { databaseOf, urlWithDatabase } from './urls.ts'

/** One numbered file. Its first line is `--! breaking` when servers that do not know it must not run on its schema. */
export interface Migration {
  number: number
  name: string
  breaking: boolean
  checksum: string
  sql: string
}

export interface MigrateOptions {
  /** URL of the owner of the schema. The database is made when it does not exist and the user may. */
  url: string
  clock: Clock
  logger: Logger
  /** Default: the migrations of this version. */
  migrations?: readonly Migration[]
  kinds?: readonly KindDefinition[]
}

export const migrationsFolder = join(import.meta.dirname, '../../migrations')
const LOCK_KEY = 4_711_001
const LOCK_LIMIT_MS = 120_000

/** Brings the schema to this version, whoever else tries at the same time. Returns the names of what it applied. */
export const migrate = async (options: MigrateOptions): Promise<string[]> => {
  const migrations = options.migrations ?? readMigrations(migrationsFolder)
  const client = await connectOwner(options.url)
  try {
    await lock(client, options.clock)
    await ensureRoles(client)
    await client.query(CREATE_TABLE)
    const pending = pendingMigrations(migrations, await appliedMigrations(client))
    for (const migration of pending) await apply(client, migration, options.logger)
    await ensureKinds(client, options.kinds ?? Object.values(kinds))
    return pending.map(({ name }) => name)
  } finally {
    // Ending the session gives the lock back.
    await client.end()
  }
}

export const readMigrations = (folder: string): Migration[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const sql = readFileSync(join(folder, file), 'utf8')
      const number = Number(/^(\d{4})_/.exec(file)?.[1])
      if (Number.isNaN(number)) throw new Error(`${file}: migrations are named 0001_what.sql`)
      const checksum = createHash('sha256').update(sql).digest('hex')
      return { number, name: file, breaking: sql.startsWith('--! breaking'), checksum, sql }
    })

interface AppliedMigration {
  number: number
  name: string
  breaking: boolean
  checksum: string
}

/** What is to be run; throws when the database is ahead in a way this version cannot live with, or history was edited. */
export const pendingMigrations = (
  known: readonly Migration[],
  applied: readonly AppliedMigration[],
): readonly Migration[] => {
  const byNumber = new Map(known.map((migration) => [migration.number, migration]))
  for (const row of applied) {
    const migration = byNumber.get(row.number)
    if (migration === undefined && row.breaking)
      throw new AtriumError(
        'InvalidState',
        `the database was changed by a newer version (${row.name}) in a way this version cannot work with: install that version, or restore a backup`,
      )
    if (migration !== undefined && migration.checksum !== row.checksum)
      throw new AtriumError(
        'InvalidState',
        `migration ${row.name} was applied with another content: migrations are never edited`,
      )
  }
  const done = new Set(applied.map(({ number }) => number))
  return known.filter(({ number }) => !done.has(number))
}

const CREATE_TABLE = `
  create table if not exists migrations (
    number integer primary key,
    name text not null,
    breaking boolean not null,
    checksum text not null,
    applied_at timestamptz not null default now()
  )`

const appliedMigrations = async (client: Client): Promise<AppliedMigration[]> =>
  (await client.query<AppliedMigration>('select number, name, breaking, checksum from migrations order by number')).rows

const apply = async (client: Client, migration: Migration, logger: Logger): Promise<void> => {
  logger.info({ migration: migration.name }, 'applying migration')
  await client.query('begin')
  try {
    // First the row: should somebody run without the lock, the primary key stops one of both before any DDL.
    await client.query('insert into migrations (number, name, breaking, checksum) values ($1, $2, $3, $4)', [
      migration.number,
      migration.name,
      migration.breaking,
      migration.checksum,
    ])
    await client.query(migration.sql)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    if (codeOf(error) === '23505')
      throw new AtriumError('InvalidState', `${migration.name} is being applied by another server`, { cause: error })
    throw error
  }
}

const ensureKinds = async (client: Client, definitions: readonly KindDefinition[]): Promise<void> => {
  const ddl = kindDdl(definitions)
  const columns = await client.query<{ name: string }>(
    `select attname as name from pg_attribute where attrelid = 'public.objects'::regclass and attnum > 0 and not attisdropped`,
  )
  const indexes = await client.query<{ name: string }>(
    `select indexname as name from pg_indexes where schemaname = 'public' and tablename = 'objects'`,
  )
  const missing = (wanted: typeof ddl.columns, found: { name: string }[]): string[] =>
    wanted.filter(({ name }) => !found.some((row) => row.name === name)).map(({ statement }) => statement)
  const statements = [...missing(ddl.columns, columns.rows), ...missing(ddl.indexes, indexes.rows)]
  if (statements.length > 0) await client.query(['begin', ...statements, 'commit'].join(';\n'))
}

const lock = async (client: Client, clock: Clock): Promise<void> => {
  const deadline = clock.now() + LOCK_LIMIT_MS
  for (;;) {
    const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [LOCK_KEY])
    if (rows[0]?.locked === true) return
    if (clock.now() > deadline)
      throw new AtriumError(
        'InvalidState',
        `another server has been migrating the database for ${LOCK_LIMIT_MS / 1000} s`,
      )
    await clock.sleep(200)
  }
}

const connectOwner = async (url: string): Promise<Client> => {
  try {
    return await connect(url)
  } catch (error) {
    if (codeOf(error) !== '3D000') throw error
    await createDatabase(url)
    return connect(url)
  }
}

const connect = async (url: string): Promise<Client> => {
  const client = new pg.Client({ connectionString: url, options: '-c search_path=public' })
  // The statement that meets the broken connection fails; the event alone would end the process.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

const createDatabase = async (url: string): Promise<void> => {
  const client = await connect(urlWithDatabase(url, 'postgres'))
  try {
    const name = client.escapeIdentifier(databaseOf(url))
    await client.query(`create database ${name} encoding 'UTF8' template template0`)
  } catch (error) {
    // Another server made it at the same moment.
    if (!['42P04', '23505'].includes(codeOf(error))) throw error
  } finally {
    await client.end()
  }
}
