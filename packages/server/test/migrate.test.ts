import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KindDefinition } from '@atrium/api/kinds/meta.ts'
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '@atrium/dev-env/postgres.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { FileKeyProvider } from '@atrium/server/store/keys/file-key-provider.ts'
import { type Migration, migrate, migrationsFolder, readMigrations } from '@atrium/server/store/migrate.ts'
import { openStore } from '@atrium/server/store/postgres-store.ts'
import { urlWithDatabase } from '@atrium/server/store/urls.ts'
import pg from 'pg'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'

const databases: TestDatabase[] = []
afterEach(async () => {
  for (const database of databases.splice(0)) await database.drop()
})
const emptyDatabase = async (): Promise<TestDatabase> => {
  const database = await createEmptyDatabase()
  databases.push(database)
  return database
}

const common = { clock: systemClock, logger: silentLogger }
const shipped = readMigrations(migrationsFolder)

const extra = (number: number, sql: string): Migration => {
  const checksum = createHash('sha256').update(sql).digest('hex')
  return { number, name: `${number}_extra.sql`, breaking: sql.startsWith('--! breaking'), checksum, sql }
}

const query = async (url: string, text: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query({ text, rowMode: 'array' })).rows.flat()
  } finally {
    await client.end()
  }
}

describe('migrations', () => {
  it('have numbers that ascend without gaps', () => {
    expect(shipped.map(({ number }) => number)).toEqual(shipped.map((_, index) => index + 1))
  })

  it('are applied once, whoever starts at the same time', async () => {
    const { url } = await emptyDatabase()
    const applied = await Promise.all([1, 2, 3].map(() => migrate({ url, ...common })))
    expect(applied.flat().sort()).toEqual(shipped.map(({ name }) => name))
    expect(await migrate({ url, ...common })).toEqual([])
  })

  it('list domains that tenants said were theirs before anybody had to prove it, each once and confirmed for nobody', async () => {
    const { url } = await emptyDatabase()
    const migrations = shipped.slice(
      0,
      shipped.findIndex(({ name }) => name.endsWith('_email_domains.sql')),
    )
    await migrate({ url, ...common, migrations, kinds: [] })
    await query(url, `insert into tenants (uid, name, created_at) values ('t', 'T', now())`)
    const value = JSON.stringify({ domains: ['Ours.example', 'ours.EXAMPLE', 'second.example', ''] })
    await query(
      url,
      `insert into settings (tenant, name, value, modified_at) values ('t', 'domains', '${value}', '2026-01-01Z')`,
    )
    await migrate({ url, ...common })
    const listed = await query(url, 'select domain, confirmed_by from email_domains order by domain')
    expect(listed).toEqual(['ours.example', null, 'second.example', null])
  })

  it('make the database when it does not exist', async () => {
    const { url, name } = await emptyDatabase()
    const missing = urlWithDatabase(url, `${name}_made`)
    try {
      expect(await migrate({ url: missing, ...common })).toHaveLength(shipped.length)
    } finally {
      await query(urlWithDatabase(url, 'postgres'), `drop database ${name}_made`)
    }
  })

  it('leave nothing behind when one fails, and go on from there later', async () => {
    const { url } = await emptyDatabase()
    const broken = extra(90, 'create table half (n int); select 1 / 0')
    await expect(migrate({ url, ...common, migrations: [...shipped, broken] })).rejects.toThrow(/division by zero/)
    expect(await query(url, `select to_regclass('half')`)).toEqual([null])
    const mended = extra(90, 'create table half (n int)')
    expect(await migrate({ url, ...common, migrations: [...shipped, mended] })).toEqual([mended.name])
  })

  it('refuse to start an old version on a schema it cannot work with, and let it on one it can', async () => {
    const { url } = await emptyDatabase()
    await migrate({ url, ...common, migrations: [...shipped, extra(90, 'create table addition (n int)')] })
    expect(await migrate({ url, ...common })).toEqual([])
    const breaking = extra(91, '--! breaking\ncreate table other (n int)')
    await migrate({ url, ...common, migrations: [...shipped, breaking] })
    await expect(migrate({ url, ...common })).rejects.toMatchObject({ code: 'InvalidState', message: /newer version/ })
  })

  it('refuse a history that was edited', async () => {
    const { url } = await emptyDatabase()
    await migrate({ url, ...common })
    const [first, ...rest] = shipped
    if (first === undefined) throw new Error('no migrations')
    const edited = [{ ...first, checksum: 'other' }, ...rest]
    await expect(migrate({ url, ...common, migrations: edited })).rejects.toThrow(/another content/)
  })

  it('add columns and indexes of a kind that is new', async () => {
    const { url } = await emptyDatabase()
    await migrate({ url, ...common })
    const gadget: KindDefinition = {
      name: 'Gadget',
      listColumns: { modelName: ['model', 'name'] },
      sortColumns: {},
      uniqueKeys: [['scope', 'modelName']],
    }
    await migrate({ url, ...common, kinds: [gadget] })
    expect(
      await query(url, `select indexdef from pg_indexes where indexname like 'objects\\_gadget%' order by 1`),
    ).toEqual([
      expect.stringContaining(
        'objects_gadget_by_model__name ON public.objects USING btree (tenant, spec_model__name, uid)',
      ),
      expect.stringContaining(`(tenant, COALESCE(project, ''::text), spec_model__name) WHERE ((kind = 'Gadget'::text)`),
    ])
  })
})

describe('roles', () => {
  it('must be the two of the server: another user is refused', async () => {
    const database = await createTestDatabase()
    databases.push(database)
    const options = { ...common, random: systemRandom, databaseUrl: database.url, migrate: false }
    const folder = mkdtempSync(join(tmpdir(), 'atrium-keys-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const keyProvider = new FileKeyProvider(join(folder, 'root.key'), systemRandom)
    const wrong = openStore({ ...options, keyProvider, appUrl: database.url })
    await expect(wrong).rejects.toMatchObject({ code: 'InvalidState', message: /not as atrium_app/ })
  })
})
