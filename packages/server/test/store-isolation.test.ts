import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Actor } from '@atrium/runtime/store/store.ts'
import { newCluster } from '@atrium/runtime/store/suite/harness.ts'
import type { Sql } from '@atrium/server/store/database.ts'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestStore, type TestStore } from './support/store.ts'

const user: Actor = { type: 'user', uid: 'u', name: 'ada' }

let test: TestStore
let ours: string
let theirs: string
let theirCluster: string
let shared: string
beforeAll(async () => {
  test = await openTestStore()
  ours = await test.newTenant()
  theirs = await test.newTenant()
  theirCluster = await fill(theirs)
  await fill(ours)
  shared = await fill('system')
})
afterAll(() => test.close())

/** One row in every table of the store. */
const fill = (tenant: string): Promise<string> =>
  test.store.transaction(tenant, user, async (tx) => {
    const { meta } = await tx.create({ kind: 'Project', project: null, name: 'p', spec: {} })
    const cluster = await tx.create(newCluster('c', { project: meta.uid, labels: { team: tenant } }))
    const ref = { kind: 'Cluster', uid: cluster.meta.uid }
    await tx.update('Cluster', ref.uid, { spec: { ...cluster.spec, cloudType: 'other' } })
    await tx.setRefs(ref, { project: [{ kind: 'Project', uid: meta.uid }] })
    await tx.putSecret(ref, 'token', new Secret('hidden'))
    await tx.putBlob(Buffer.from('blob'))
    const event = { severity: 'Info', reason: 'Made', message: 'm', involved: 'i', source: 's' } as const
    await tx.appendEvents(ref, [{ id: 'e', at: '2026-01-01T00:00:00.000Z', ...event }])
    return ref.uid
  })

const inOurs = <T>(work: (sql: Sql) => Promise<T>): Promise<T> => test.store.database.withTenant(ours, work)

const tables = async (): Promise<string[]> => {
  const rows = await inOurs((sql) =>
    sql.query<{ name: string }>(
      `select distinct table_name as name from information_schema.role_table_grants
       where grantee = 'atrium_app' and privilege_type = 'SELECT' and table_name <> 'tenants'`,
    ),
  )
  return rows.map(({ name }) => name)
}

describe('row-level security, with no condition of ours in the way', () => {
  it('shows every table of the own tenant, and nothing of another', async () => {
    for (const table of await tables()) {
      const seen = await inOurs((sql) => sql.query<{ tenant: string }>(`select distinct tenant from ${table}`))
      expect([ours, 'system'], table).toEqual(expect.arrayContaining(seen.map(({ tenant }) => tenant)))
    }
    const own = [
      'objects',
      'object_status',
      'object_history',
      'object_refs',
      'secrets',
      'tenant_keys',
      'events',
      'blobs',
    ]
    for (const table of [...own, 'audit_log', 'object_labels'])
      expect(await inOurs((sql) => sql.query(`select from ${table} where tenant = $1`, [ours])), table).not.toEqual([])
  })

  it('reads shared content, but neither its secrets nor its history, and changes none of it', async () => {
    expect(await inOurs((sql) => sql.query('select from objects where uid = $1', [shared]))).toHaveLength(1)
    for (const table of ['secrets', 'tenant_keys', 'audit_log', 'object_history', 'events', 'blobs'])
      expect(await inOurs((sql) => sql.query(`select from ${table} where tenant = 'system'`)), table).toEqual([])
    expect(
      await inOurs((sql) => sql.query(`update objects set name = 'x' where uid = $1 returning uid`, [shared])),
    ).toEqual([])
  })

  it('changes and deletes nothing of another tenant', async () => {
    for (const table of ['objects', 'object_status', 'events', 'secrets', 'work_queue']) {
      const gone = await inOurs((sql) => sql.query(`delete from ${table} where tenant = $1 returning tenant`, [theirs]))
      expect(gone, table).toEqual([])
    }
    expect(await test.store.transaction(theirs, user, (tx) => tx.get('Cluster', theirCluster))).not.toBeNull()
  })

  it('refuses rows that name another tenant, and references into another tenant', async () => {
    const insert = `insert into blobs (tenant, digest, content, created_at) values ($1, 'd', '', now())`
    await expect(inOurs((sql) => sql.query(insert, [theirs]))).rejects.toThrow(/row-level security/)
    const create = (overrides: object) =>
      test.store.transaction(ours, user, (tx) => tx.create(newCluster('reaching', overrides)))
    const notFound = expect.objectContaining({ code: 'ResourceNotFound' })
    await expect(create({ project: theirCluster })).rejects.toEqual(notFound)
    await expect(create({ owner: { kind: 'Cluster', uid: theirCluster } })).rejects.toEqual(notFound)
    await expect(
      test.store.transaction(ours, user, async (tx) => {
        const { meta } = await tx.create(newCluster('reaching'))
        await tx.setRefs({ kind: 'Cluster', uid: meta.uid }, { other: [{ kind: 'Cluster', uid: theirCluster }] })
      }),
    ).rejects.toEqual(notFound)
  })

  it('holds for reads that are sent in one go, and one that fails leaves nothing behind', async () => {
    const reads = test.store.database.readsOf(ours)
    const seen = () => reads.query<{ tenant: string }>("select distinct tenant from objects where kind = 'Cluster'")
    const tenants = (await seen()).map(({ tenant }) => tenant)
    expect([ours, 'system']).toEqual(expect.arrayContaining(tenants))
    expect(tenants).toContain(ours)
    await expect(reads.query('select 1 / 0')).rejects.toMatchObject({ code: '22012' })
    expect(await seen()).toHaveLength(tenants.length)
    expect(await inOurs((sql) => sql.query('select 1 as one'))).toEqual([{ one: 1 }])
  })

  it('shows nothing where no tenant is set, also on a connection that served one before', async () => {
    const seen = await test.store.database.asSystem((sql) =>
      sql.query('select from work_queue where tenant = $1', [ours]),
    )
    expect(seen.length).toBeGreaterThan(0)
    await expect(test.store.database.asSystem((sql) => sql.query('select spec from objects'))).rejects.toThrow(
      /permission/,
    )
    await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const tenant = index % 2 === 0 ? ours : theirs
        const rows = await test.store.database.withTenant(tenant, (sql) =>
          sql.query<{ tenant: string }>('select distinct tenant from events'),
        )
        expect(rows).toEqual([{ tenant }])
      }),
    )
  })

  it('lets atrium_app neither become somebody else nor rewrite the audit record', async () => {
    await expect(inOurs((sql) => sql.query('update audit_log set message = $1', ['x']))).rejects.toThrow(/permission/)
    await expect(inOurs((sql) => sql.query('delete from audit_log'))).rejects.toThrow(/permission/)
    // Where the roles cannot log in, the owner takes them on, and SQL could take them off again.
    if (test.database.appUrl !== undefined)
      await expect(inOurs((sql) => sql.query('set local role atrium_system'))).rejects.toThrow(/permission/)
    await expect(
      inOurs(async (sql) => {
        await sql.query('set local row_security = off')
        await sql.query('select from objects')
      }),
    ).rejects.toThrow(/row-level security/)
  })
})

describe('indexes under row-level security', () => {
  it('are used for list columns, labels, names and references', async () => {
    await manyClusters(3_000)
    const plan = async (text: string): Promise<string> => {
      const rows = await inOurs((sql) => sql.query<{ 'QUERY PLAN': string }>(`explain ${text}`))
      return rows.map((row) => row['QUERY PLAN']).join('\n')
    }
    const clusters = `select from objects o where o.tenant = '${ours}' and o.kind = 'Cluster'`
    expect(await plan(`${clusters} and o.spec_cloud_config_uid = 'c7'`)).toMatch(
      /Index Cond: .*spec_cloud_config_uid = /,
    )
    const label = `select from object_labels l where l.tenant = '${ours}' and l.key = 'row' and l.value = '7'`
    expect(await plan(label)).toMatch(/Index Cond: .*value = '7'/)
    const page = await plan(`${clusters} and (o.name, o.uid) > ('m2', 'u') order by o.name, o.uid limit 10`)
    expect(page).toMatch(/Index Cond: .*ROW\(name, uid\) > ROW/)
    expect(page).not.toContain('Sort')
    const inUse = `select from object_refs where to_tenant = '${ours}' and to_uid = 'u7'`
    expect(await plan(inUse)).toMatch(/Index Cond: .*to_uid = 'u7'/)
  })
})

/** Enough rows, and statistics of them, for the planner to care. */
const manyClusters = async (count: number): Promise<void> => {
  const owner = new pg.Client({ connectionString: test.database.url })
  await owner.connect()
  try {
    await owner.query(
      `insert into objects (tenant, uid, kind, name, generation, labels, annotations, finalizers, spec, created_at, modified_at)
       select '${ours}', 'u' || n, 'Cluster', 'm' || n, 1, '{}', '{}', '{}',
         jsonb_build_object('cloudConfigUid', 'c' || n, 'cloudType', 'local', 'padding', repeat(md5(n::text), 30)), now(), now()
       from generate_series(1, ${count}) n`,
    )
    await owner.query(
      `insert into object_labels (tenant, key, value, uid) select '${ours}', 'row', n::text, 'u' || n from generate_series(1, ${count}) n`,
    )
    await owner.query(
      `insert into object_refs (tenant, from_uid, field, to_tenant, to_uid)
       select '${ours}', 'u' || n, 'account', '${ours}', 'u' || (n % 500 + 1) from generate_series(1, ${count}) n`,
    )
    await owner.query('analyze objects, object_labels, object_refs')
  } finally {
    await owner.end()
  }
}
