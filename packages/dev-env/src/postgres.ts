import { createHash, randomBytes } from 'node:crypto'
import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import { kinds } from '@atrium/api/kinds/index.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { migrate, migrationsFolder, readMigrations } from '@atrium/server/store/migrate.ts'
import { urlWithDatabase, urlWithUser } from '@atrium/server/store/urls.ts'
import { type EmbeddedPostgres, startPostgres, stopPostgres } from '@atrium/standalone/postgres/postgres.ts'
import { adoptProcess } from '@atrium/toolchain/process.ts'
import { readProcess } from '@atrium/toolchain/process-table.ts'
import type { Client } from 'pg'
import { withClient } from './sql-client.ts'

/**
 * Databases for tests: one PostgreSQL for all test processes of this machine, a template with the whole schema, and a
 * copy of it per test file.
 *
 * Without `ATRIUM_TEST_DATABASE_URL` the server is an embedded one below `~/.cache/atrium/test-postgres`, started by
 * whoever comes first and left running for the next run. With it (the URL of a superuser) that server is used.
 */
export interface TestDatabase {
  name: string
  /** As the owner of the schema. */
  url: string
  /** As the two roles of the server; absent where only the owner can log in. */
  appUrl?: string
  systemUrl?: string
  /** What `openStore` takes of the above. The schema is there already. */
  storeOptions: { databaseUrl: string; appUrl?: string; systemUrl?: string; migrate: false }
  drop(): Promise<void>
}

const EXTERNAL = 'ATRIUM_TEST_DATABASE_URL'
const LOCK_KEY = 4_711_100
/** A template no run has used for this long belongs to a branch of the past. */
const TEMPLATE_LIFE_MS = 3 * 24 * 3_600_000

export const testPostgresFolder = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'atrium',
  'test-postgres',
)

/**
 * A database of its own with the whole schema, dropped by `drop` or, when this process dies first, by the next run.
 * `server`: the URL of a user who may make databases and roles on another server than the shared one.
 */
export const createTestDatabase = (server?: string): Promise<TestDatabase> =>
  createDatabase(server, (admin, base) => ensureTemplate(admin, base))

/** As `createTestDatabase`, without any schema. */
export const createEmptyDatabase = (server?: string): Promise<TestDatabase> =>
  createDatabase(server, async () => 'template0')

const createDatabase = async (
  server: string | undefined,
  templateOf: (admin: Client, base: string) => Promise<string>,
): Promise<TestDatabase> => {
  const base = server ?? (await serverUrl())
  return withAdmin(base, async (admin) => {
    const template = await templateOf(admin, base)
    const name = `atrium_test_${hostTag()}_${process.pid}_${startTicks()}_${randomBytes(4).toString('hex')}`
    await admin.query(`create database ${name} encoding 'UTF8' template ${template}`)
    return describeDatabase(base, name)
  })
}

/** Ends the shared embedded server; the next test starts it again. */
export const stopTestPostgres = (): Promise<boolean> => stopPostgres({ folder: testPostgresFolder })

/** Ends the shared embedded server when nobody is connected; false when somebody is. A server that is down stays down. */
export const stopIdleTestPostgres = async (): Promise<boolean> => {
  if ((await adoptProcess(join(testPostgresFolder, 'postgres.json'))) === null) return true
  const url = (await startTestPostgres()).url('postgres')
  const busy = await withAdmin(url, async (admin) => {
    const others = `select from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`
    return (await admin.query(others)).rowCount !== 0
  })
  if (!busy) await stopTestPostgres()
  return !busy
}

/** Starts or adopts the shared embedded server. */
export const startTestPostgres = (): Promise<EmbeddedPostgres> =>
  startPostgres({
    folder: testPostgresFolder,
    logFile: join(testPostgresFolder, 'postgres.log'),
    recordFile: join(testPostgresFolder, 'postgres.json'),
    durable: false,
    maxConnections: 300,
  })

const serverUrl = async (): Promise<string> => process.env[EXTERNAL] ?? (await startTestPostgres()).url('postgres')

const describeDatabase = (base: string, name: string): TestDatabase => {
  const url = urlWithDatabase(base, name)
  // Only the embedded server's socket trusts a role without a password.
  const trusted = base.includes('host=%2F')
  const roles = trusted ? { appUrl: urlWithUser(url, 'atrium_app'), systemUrl: urlWithUser(url, 'atrium_system') } : {}
  return {
    name,
    url,
    ...roles,
    storeOptions: { databaseUrl: url, ...roles, migrate: false },
    drop: () => withAdmin(base, (admin) => dropDatabase(admin, name)),
  }
}

const withAdmin = <T>(base: string, work: (admin: Client) => Promise<T>): Promise<T> =>
  withClient(urlWithDatabase(base, 'postgres'), work)

/** The template of exactly this schema; made, and the past swept, by one process at a time. */
const ensureTemplate = async (admin: Client, base: string): Promise<string> => {
  const template = `atrium_template_${schemaFingerprint()}`
  await admin.query('select pg_advisory_lock($1)', [LOCK_KEY])
  try {
    const { rows } = await admin.query('select from pg_database where datname = $1', [template])
    if (rows.length === 0) await makeTemplate(admin, base, template)
    await admin.query(`comment on database ${template} is '${new Date(systemClock.now()).toISOString()}'`)
    await sweep(admin, template)
    return template
  } finally {
    await admin.query('select pg_advisory_unlock($1)', [LOCK_KEY])
  }
}

const makeTemplate = async (admin: Client, base: string, template: string): Promise<void> => {
  const unfinished = `${template}_unfinished`
  await dropDatabase(admin, unfinished)
  await migrate({ url: urlWithDatabase(base, unfinished), clock: systemClock, logger: silentLogger })
  await admin.query(`alter database ${unfinished} rename to ${template}`)
}

const schemaFingerprint = (): string => {
  const parts = [...readMigrations(migrationsFolder).map(({ name, checksum }) => [name, checksum]), kinds]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)
}

interface DatabaseRow {
  name: string
  comment: string | null
}

/** Drops databases of processes that are gone and templates nobody used for days. */
const sweep = async (admin: Client, template: string): Promise<void> => {
  const { rows } = await admin.query<DatabaseRow>(
    `select datname as name, shobj_description(oid, 'pg_database') as comment from pg_database where datname ~ '^atrium_(test|template)_'`,
  )
  const isOver = ({ name, comment }: DatabaseRow): boolean => {
    if (name === template) return false
    if (name.startsWith('atrium_template_')) return systemClock.now() - Date.parse(comment ?? '') > TEMPLATE_LIFE_MS
    const [host, pid, ticks] = name.slice('atrium_test_'.length).split('_')
    return host === hostTag() && readProcess(Number(pid))?.startTicks !== Number(ticks)
  }
  for (const row of rows.filter(isOver)) await dropDatabase(admin, row.name)
}

const dropDatabase = async (admin: Client, name: string): Promise<void> => {
  await admin.query(`drop database if exists ${name} with (force)`)
}

const startTicks = (): number => readProcess(process.pid)?.startTicks ?? 0
/** Process ids mean something on their own machine only. */
const hostTag = (): string => createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
