import { readFileSync } from 'node:fs'
import { createTestDatabase, type TestDatabase } from '@atrium/dev-env/postgres.ts'
import { dumpSchema } from '@atrium/server/store/schema-dump.ts'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** Tables that belong to no tenant, and why that is safe. Everything else is a tenant's. */
const installationTables: Record<string, string> = {
  migrations: 'names of applied files; neither role has any right on it',
  change_head: 'two positions, the epoch, and which database it is',
  leases: 'names of jobs',
  link_servers: 'names of server processes, and when each was seen',
  tenants: 'the tenants themselves: keyed by uid',
}

/** Columns that `atrium_system`, which sees all tenants, must never be able to read. */
const secretColumns = [
  'spec',
  'status',
  'conditions',
  'content',
  'ciphertext',
  'wrapped',
  'message',
  'password_hash',
  'note',
  'revised_by',
]

let database: TestDatabase
let client: pg.Client
beforeAll(async () => {
  database = await createTestDatabase()
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

const rows = async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> =>
  (await client.query<Row>(text, values)).rows

const tenantTables = async (): Promise<string[]> => {
  const found = await rows<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`,
  )
  return found.map(({ name }) => name).filter((name) => !(name in installationTables))
}

const openTables = async (): Promise<string[]> => {
  const found = await rows<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not (relrowsecurity and relforcerowsecurity)
     order by 1`,
  )
  return found.map(({ name }) => name)
}

describe('schema', () => {
  it('is what schema.sql says (node packages/dev-env/scripts/write-schema.ts writes it anew)', async () => {
    const golden = readFileSync(new URL('../schema.sql', import.meta.url), 'utf8')
    expect(await dumpSchema(client)).toBe(golden)
  })
})

describe('catalogue: the second wall between tenants', () => {
  it('has row-level security on, and forced, on every table', async () => {
    expect(await openTables()).toEqual(['migrations'])
  })

  it('would notice a table that was made without it', async () => {
    await client.query('begin')
    await client.query('create table forgotten (tenant text); create table unforced (tenant text)')
    await client.query('alter table unforced enable row level security')
    expect(await openTables()).toEqual(['forgotten', 'migrations', 'unforced'])
    await client.query('rollback')
  })

  it('binds every policy of atrium_app to the tenant of the transaction, or to reading shared content', async () => {
    const policies = await rows<{ tablename: string; cmd: string; qual: string | null; with_check: string | null }>(
      `select tablename, cmd, qual, with_check from pg_policies
       where schemaname = 'public' and not roles <@ array['atrium_system']::name[] and tablename <> 'tenants'`,
    )
    expect(policies.length).toBeGreaterThan(10)
    const own = `(tenant = current_setting('atrium.tenant'::text, true))`
    const shared = `(tenant = 'system'::text)`
    for (const { tablename, cmd, qual, with_check } of policies) {
      const conditions = [qual, with_check].filter((condition) => condition !== null)
      expect([own, shared], `${tablename} ${cmd}`).toEqual(expect.arrayContaining(conditions))
      if (conditions.includes(shared)) expect(cmd, `${tablename} shares more than reading`).toBe('SELECT')
    }
    const covered = new Set(policies.map(({ tablename }) => tablename))
    const granted = await rows<{ name: string }>(
      `select distinct table_name as name from information_schema.role_table_grants where grantee = 'atrium_app'`,
    )
    for (const { name } of granted) if (name !== 'tenants') expect(covered, `${name} has no policy`).toContain(name)
  })

  it('never shares secrets, keys, audit or sign-in data of tenant system', async () => {
    const shared = await rows<{ name: string }>(
      `select distinct tablename as name from pg_policies where qual like '%''system''%' and not roles <@ array['atrium_system']::name[]`,
    )
    expect(shared.map(({ name }) => name).sort()).toEqual(['object_labels', 'object_status', 'objects', 'tenants'])
  })

  it('starts every key of tenant rows with the tenant, so that no key can be met across tenants', async () => {
    // A domain is one tenant's: only who has proven it meets this key.
    const meeting = 'email_domains_owner'
    const exceptions = ['changes_pkey', 'changes_pending_pkey', 'work_queue_pkey', meeting]
    const keys = await rows<{ name: string; index: string; first: string }>(
      `select t.relname as name, i.relname as index, pg_get_indexdef(x.indexrelid, 1, true) as first
       from pg_index x join pg_class t on t.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
       where t.relnamespace = 'public'::regnamespace and x.indisunique`,
    )
    const tables = await tenantTables()
    const wrong = keys.filter(({ name, index, first }) => {
      return tables.includes(name) && first !== 'tenant' && !exceptions.includes(index)
    })
    expect(wrong).toEqual([])
  })

  it('has the tenant in every foreign key, because foreign keys look past row-level security', async () => {
    const keys = await rows<{ name: string; table: string; columns: string[]; target: string }>(
      `select conname as name, conrelid::regclass::text as table, confrelid::regclass::text as target,
         (select array_agg(attname::text order by place) from unnest(conkey) with ordinality as k(num, place)
          join pg_attribute on attrelid = conrelid and attnum = num) as columns
       from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`,
    )
    expect(keys.length).toBeGreaterThan(10)
    const wrong = keys.filter(({ columns }) => columns[0] !== 'tenant' && columns[0] !== 'to_tenant')
    expect(wrong).toEqual([])
    const single = keys.filter(({ columns, target }) => columns.length === 1 && target !== 'tenants')
    expect(single).toEqual([])
  })

  it('has two roles that own nothing and cannot look past row-level security', async () => {
    const roles = await rows<{ rolname: string }>(
      `select rolname from pg_roles where rolname in ('atrium_app', 'atrium_system')
       and not rolsuper and not rolbypassrls and not rolcreaterole and not rolcreatedb and not rolinherit`,
    )
    expect(roles).toHaveLength(2)
    const owned = await rows(
      `select from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname in ('atrium_app', 'atrium_system')`,
    )
    expect(owned).toEqual([])
    expect(
      await rows(
        `select from pg_auth_members m join pg_roles r on r.oid = m.member where r.rolname in ('atrium_app', 'atrium_system')`,
      ),
    ).toEqual([])
  })

  it('lets atrium_system read no spec, status, secret or message', async () => {
    const readable = await rows<{ table_name: string; column_name: string }>(
      `select table_name, column_name from information_schema.column_privileges
       where grantee = 'atrium_system' and privilege_type = 'SELECT' and table_schema = 'public' and column_name = any($1)`,
      [secretColumns],
    )
    expect(readable).toEqual([])
    const forbidden = [
      'objects',
      'object_status',
      'object_history',
      'secrets',
      'tenant_keys',
      'blobs',
      'events',
      'audit_log',
    ]
    const whole = await rows<{ table_name: string }>(
      `select table_name from information_schema.role_table_grants
       where grantee = 'atrium_system' and table_name = any($1)`,
      [forbidden],
    )
    expect(whole).toEqual([])
  })

  it('lets nobody rewrite the audit record, and grants nothing to everybody', async () => {
    const rights = await rows<{ privilege_type: string }>(
      `select distinct privilege_type from information_schema.role_table_grants
       where table_name = 'audit_log' and grantee in ('atrium_app', 'atrium_system', 'PUBLIC') order by 1`,
    )
    expect(rights.map(({ privilege_type }) => privilege_type)).toEqual(['INSERT', 'SELECT'])
    expect(
      await rows(
        `select from information_schema.role_table_grants where grantee = 'PUBLIC' and table_schema = 'public'`,
      ),
    ).toEqual([])
  })

  it('has no views that work as their owner, no materialised views and no definer functions', async () => {
    expect(
      await rows(
        `select relname from pg_class where relnamespace = 'public'::regnamespace and (relkind = 'm' or
         relkind = 'v' and not coalesce(reloptions @> array['security_invoker=true'], false))`,
      ),
    ).toEqual([])
    expect(await rows(`select proname from pg_proc where pronamespace = 'public'::regnamespace and prosecdef`)).toEqual(
      [],
    )
  })
})
