import { FakeCloud } from '@atrium/provider-inmemory/cloud.ts'
import { createInMemoryProvider } from '@atrium/provider-inmemory/provider.ts'
import { parsePool } from '@atrium/provider-local/provider/parse-pool.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { createManager } from '@atrium/runtime/controller/manager.ts'
import type { ControllerManager } from '@atrium/runtime/controller/reconciler.ts'
import type { Actor, Store } from '@atrium/runtime/store/store.ts'
import { Doom, doomedStore } from '@atrium/runtime/testing/doom.ts'
import { defaultClusterTiming } from '@atrium/server/controllers/cluster/deps.ts'
import { createClusterReconciler } from '@atrium/server/controllers/cluster/reconciler.ts'
import type { Removal } from '@atrium/server/controllers/tenant/deps.ts'
import { createTenantReconciler } from '@atrium/server/controllers/tenant/reconciler.ts'
import { demoSpec } from '@atrium/server/controllers/testing/world.ts'
import { PostgresStore } from '@atrium/server/store/postgres-store.ts'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createVictim } from './probe/victim.ts'
import { type Caller, openTestApi, type TestApi } from './support/api.ts'

const user: Actor = { type: 'user', uid: 'u', name: 'ada' }
const leaseMs = 300
/** Every so many steps a server is killed. */
const stride = 8

let api: TestApi
let store: PostgresStore
let owner: pg.Client
let operator: Caller
const cloud = new FakeCloud()
const managers: ControllerManager[] = []

beforeAll(async () => {
  const provider = { ...createInMemoryProvider(cloud), cloudType: 'local', parsePool }
  api = await openTestApi({ providers: [provider] })
  if (!(api.context.store instanceof PostgresStore)) throw new Error('the API is on another store')
  store = api.context.store
  owner = new pg.Client({ connectionString: api.ownerUrl })
  await owner.connect()
  operator = api.as({ Authorization: api.operatorToken })
  startServer()
})
afterAll(async () => {
  await stopServers()
  await owner.end()
  await api.close()
})

const parts = { clock: systemClock, random: systemRandom, logger: silentLogger }
const timing = { leaseMs, pollMs: 50 }

/** The controllers of one server. */
function startServer(): ControllerManager {
  const cluster = createClusterReconciler({
    ...parts,
    store,
    providers: api.context.providers,
    openCluster: () => Promise.reject(new Error('clusters in memory have no API server')),
    tokens: { issue: async () => new Secret('none') },
    agent: { image: 'atrium-agent:1', serverUrl: 'https://plane.test', caPem: 'PEM' },
    epoch: () => store.epoch,
    areUpgradesLocked: async () => false,
    timing: { ...defaultClusterTiming, busyMs: 50, refusedMs: 100 },
  })
  const tenant = createTenantReconciler({ ...parts, store, removal: store.removal, busyMs: 50 })
  const name = `server-${systemRandom.bytes(4).toString('hex')}`
  const manager = createManager({ ...parts, store, owner: name, reconcilers: [cluster, tenant], timing })
  manager.start()
  managers.push(manager)
  return manager
}

const stopServers = () => Promise.all(managers.splice(0).map((manager) => manager.stop(1_000)))

/** What a server does for tenants, until it is killed at a step of `doom`. */
function startDoomed(doom: Doom): void {
  const { removal, queue } = store
  const doomedRemoval: Removal = {
    read: (uid) => doom.around(() => removal.read(uid)),
    report: (...args) => doom.around(() => removal.report(...args)),
    shred: (...args) => doom.around(() => removal.shred(...args)),
    clear: (...args) => doom.around(() => removal.clear(...args)),
    finish: (...args) => doom.around(() => removal.finish(...args)),
  }
  /** Looking for work is no step: there is no telling how often it looks. */
  const whileAlive = <T>(call: () => Promise<T>): Promise<T> => (doom.dead ? new Promise(() => undefined) : call())
  const doomed: Store = {
    ...doomedStore(store, doom),
    queue: {
      claim: (options) => whileAlive(() => queue.claim(options)),
      renew: (claim, ms) => whileAlive(() => queue.renew(claim, ms)),
      finish: (claim, result) => whileAlive(() => queue.finish(claim, result)),
      onWork: (listener) => queue.onWork(listener),
      depth: () => queue.depth(),
    },
  }
  const tenant = createTenantReconciler({ ...parts, store: doomed, removal: doomedRemoval, busyMs: 50 })
  createManager({ ...parts, store: doomed, owner: 'doomed', reconcilers: [tenant], timing }).start()
}

const remove = (uid: string, query: Record<string, string> = {}) =>
  operator(`DELETE /atrium/v1/tenants/${uid}`, { query })
const shown = (uid: string) => operator(`GET /atrium/v1/tenants/${uid}`)
const untilGone = (uid: string) => expect.poll(async () => (await shown(uid)).status, { timeout: 20_000 }).toBe(404)

const tenantTables = async (): Promise<string[]> => {
  const { rows } = await owner.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant'
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1`,
  )
  return rows.map(({ name }) => name)
}

/** Tables that hold rows of the tenant, past every policy. */
async function tablesWith(uid: string): Promise<string[]> {
  const found: string[] = []
  for (const name of await tenantTables()) {
    const { rowCount } = await owner.query(`select from ${name} where tenant = $1 limit 1`, [uid])
    if (rowCount !== 0) found.push(name)
  }
  return found
}

/** What every table holds of everybody else. */
async function restOf(uid: string): Promise<Record<string, string>> {
  const counts: Record<string, string> = {}
  for (const name of await tenantTables()) {
    const { rows } = await owner.query(`select count(*) as n from ${name} where tenant not in ($1, 'system', '')`, [
      uid,
    ])
    counts[name] = rows[0].n
  }
  return counts
}

/** A tenant with a cluster that is in its cloud. */
async function withCluster(): Promise<{ tenant: string; cluster: string }> {
  const tenant = (await api.newTenant()).tenant.uid
  const cluster = await store.transaction(tenant, user, async (tx) => {
    const { meta } = await tx.create({ kind: 'Cluster', project: null, name: 'one', spec: demoSpec() })
    return meta.uid
  })
  await expect.poll(() => cloud.present(cluster).exists, { timeout: 20_000 }).toBe(true)
  return { tenant, cluster }
}

const givenTo = (uid: string, secret = 'none of your business'): Promise<string> =>
  store.transaction(uid, user, async (tx) => {
    const { meta } = await tx.create({ kind: 'Project', project: null, name: 'held', spec: {} })
    await tx.putSecret({ kind: 'Project', uid: meta.uid }, 'token', new Secret(secret))
    await tx.putBlob(Buffer.from(`values: ${secret}`))
    return meta.uid
  })

describe('a tenant that is deleted', () => {
  test('leaves no row in any table, and every other tenant as it is; its name is free, its end on record', async () => {
    const other = await api.newTenant()
    await givenTo(other.tenant.uid)
    const victim = await createVictim(api)
    const name: string = (await shown(victim.tenant)).body.name
    await givenTo(victim.tenant)
    const first = await tablesWith(victim.tenant)
    expect(first).toEqual(expect.arrayContaining(['audit_log', 'blobs', 'objects', 'secrets', 'tenant_keys', 'users']))
    const others = await restOf(victim.tenant)
    const asked = await remove(victim.tenant, { clusters: 'delete' })
    expect(asked.status, asked.text).toBe(202)
    await untilGone(victim.tenant)
    expect(await tablesWith(victim.tenant)).toEqual([])
    const left = await restOf(victim.tenant)
    // Clusters of others go on being looked at.
    for (const table of ['changes', 'changes_pending', 'work_queue', 'events', 'object_status', 'audit_log', 'blobs'])
      delete left[table]
    expect(others).toMatchObject(left)
    expect((await other.call('GET /v1/users/info')).status).toBe(200)

    expect((await api.newTenant(name)).tenant.name).toBe(name)
    const { items } = (await operator('GET /atrium/v1/system/audit', { query: { limit: '500' } })).body
    const lines = (items as { uid: string; action: string; message: string }[]).filter(
      ({ uid }) => uid === victim.tenant,
    )
    expect(lines.map(({ action }) => action)).toEqual(['deleted', 'delete', 'create'])
    expect(JSON.stringify(lines)).not.toContain(victim.canary)
  })

  test('lets nobody in from the moment it is asked for', async () => {
    const tenant = await api.newTenant()
    const { uid } = tenant.tenant
    expect((await remove(uid)).body).toMatchObject({ clusters: 'delete', force: false, phase: 'Requested' })
    expect(await tenant.call('GET /v1/users/info')).toMatchObject({
      status: expect.toSatisfy((status: number) => status === 401 || status === 403),
    })
    expect((await operator(`POST /atrium/v1/tenants/${uid}/enable`)).status).toBeOneOf([404, 409])
    await untilGone(uid)
  })

  test('needs to be told what becomes of its clusters, removes them with their clouds, and tells what it waits for', async () => {
    const { tenant, cluster } = await withCluster()
    const refused = await remove(tenant)
    expect(refused).toMatchObject({ status: 409, body: { code: 'InvalidState', details: { clusters: 1 } } })
    cloud.failNext(`deleteCluster/${cluster}`, 'throttle', 3)
    expect((await remove(tenant, { clusters: 'delete' })).status).toBe(202)
    await expect
      .poll(async () => (await shown(tenant)).body.deletion)
      .toMatchObject({ phase: 'Clusters', total: 1, remaining: [{ name: 'one', state: 'Deleting' }] })
    await untilGone(tenant)
    expect(cloud.present(cluster).exists).toBe(false)
  })

  test('leaves clusters in their cloud when it is to unlink them', async () => {
    const { tenant, cluster } = await withCluster()
    expect((await remove(tenant, { clusters: 'unlink' })).status).toBe(202)
    await untilGone(tenant)
    expect(cloud.present(cluster).exists).toBe(true)
    expect(await tablesWith(tenant)).toEqual([])
  })

  test('goes on with another choice when the first one is blocked', async () => {
    const { tenant, cluster } = await withCluster()
    cloud.failNext(`deleteCluster/${cluster}`, 'quota', 10_000)
    await remove(tenant, { clusters: 'delete' })
    await expect.poll(async () => (await shown(tenant)).body.deletion.remaining[0]?.reason).toBe('DeletionBlocked')
    expect((await remove(tenant, { clusters: 'unlink' })).body).toMatchObject({ clusters: 'unlink' })
    await untilGone(tenant)
    expect(cloud.present(cluster).exists).toBe(true)
  })
})

describe('its keys', () => {
  test('are destroyed before any row goes: a dump from before opens nothing without them', async () => {
    const tenant = (await api.newTenant()).tenant.uid
    const uid = await givenTo(tenant)
    const ref = { kind: 'Project', uid }
    const dumped = (await owner.query('select * from secrets where tenant = $1', [tenant])).rows
    const [former] = (await owner.query('select root_key, wrapped from tenant_keys where tenant = $1', [tenant])).rows
    const reads = () => store.transaction(tenant, user, (tx) => tx.getSecret(ref, 'token'))
    expect((await reads())?.reveal()).toBe('none of your business')

    const { removal } = store
    const [claim] = await claimed(tenant)
    if (!claim) throw new Error('the key is not in the queue')
    await removal.shred(claim, user)
    expect((await owner.query('select root_key, wrapped from tenant_keys where tenant = $1', [tenant])).rows).toEqual([
      { root_key: '', wrapped: Buffer.alloc(0) },
    ])
    // The rows are there as they were dumped, and so is the root key.
    expect((await owner.query('select * from secrets where tenant = $1', [tenant])).rows).toEqual(dumped)
    await expect(reads()).rejects.toThrow(/were destroyed/)
    const write = store.transaction(tenant, user, (tx) => tx.putBlob(Buffer.from('new')))
    await expect(write).rejects.toThrow(/were destroyed/)
    expect(await store.system.rewrapKeys()).toBe(0)
    // With the row of the key it opens, for the root key is still there: that row alone was the way.
    const put = 'update tenant_keys set root_key = $2, wrapped = $3 where tenant = $1'
    await owner.query(put, [tenant, former.root_key, former.wrapped])
    expect((await reads())?.reveal()).toBe('none of your business')
    await removal.shred(claim, user)
    await expect(reads()).rejects.toThrow(/were destroyed/)
    await store.queue.finish(claim, { failed: false, requeueAfterMs: 0 })
    await untilGone(tenant)
  })

  test('nobody removes a tenant whose keys are there, nor one that is not to go', async () => {
    const tenant = (await api.newTenant()).tenant.uid
    await store.database.asSystem((sql) => sql.query('delete from tenants where uid = $1', [tenant]))
    expect((await shown(tenant)).status).toBe(200)
  })

  /** Asks for the deletion, and takes the tenant before the servers do. */
  async function claimed(tenant: string) {
    await stopServers()
    await remove(tenant)
    const claims = await store.queue.claim({ owner: 'test', kinds: ['Tenant'], limit: 10, leaseMs: 60_000 })
    startServer()
    return claims.filter(({ uid }) => uid === tenant)
  }
})

describe('servers that are killed', () => {
  test('at any step leave it to the next, which ends it', async () => {
    await stopServers()
    let steps = 0
    for (let wasKilled = true; wasKilled; steps += stride) {
      const tenant = (await api.newTenant()).tenant.uid
      await givenTo(tenant)
      await remove(tenant)
      const doom = new Doom(steps)
      startDoomed(doom)
      await expect.poll(async () => doom.dead || (await shown(tenant)).status === 404, { timeout: 20_000 }).toBe(true)
      wasKilled = doom.dead
      doom.kill()
      startServer()
      await untilGone(tenant)
      await stopServers()
      expect(await tablesWith(tenant), `killed at step ${steps}`).toEqual([])
    }
    expect(steps).toBeGreaterThan(4 * stride)
  }, 60_000)
})
