import { systemClock } from '@atrium/runtime/base/clock.ts'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer, TestApi } from './support/api.ts'
import { newCluster, openClusterApi } from './support/clusters.ts'

let api: TestApi
/** Holds the cluster, and looks who waits for it: two sessions, for one that looks twice in a transaction sees the same. */
let holder: pg.Client
let watcher: pg.Client
beforeAll(async () => {
  api = await openClusterApi()
  holder = new pg.Client({ connectionString: api.ownerUrl })
  watcher = new pg.Client({ connectionString: api.ownerUrl })
  await Promise.all([holder.connect(), watcher.connect()])
})
afterAll(async () => {
  await Promise.all([holder.end(), watcher.end()])
  await api.close()
})

/** Begins each of `writes` while the former ones still wait for the cluster, then lets them go on in their order. */
async function interleaved(tenant: string, cluster: string, writes: (() => Promise<Answer>)[]): Promise<Answer[]> {
  await holder.query('begin')
  await holder.query('select from objects where tenant = $1 and uid = $2 for update', [tenant, cluster])
  const answers: Promise<Answer>[] = []
  for (const write of writes) {
    answers.push(write())
    await waiting(answers.length)
  }
  await holder.query('commit')
  return Promise.all(answers)
}

const waiting = async (count: number): Promise<void> => {
  const text = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  while ((await watcher.query(text)).rowCount !== count) await systemClock.sleep(5)
}

describe('changes of one cluster at once', () => {
  test('keep each other, whichever comes later', async () => {
    const { call, tenant, cluster, addon } = await newCluster(api)
    const base = `/v1/spectroclusters/${cluster}`
    const setReplicas = (value: string) => () =>
      call(`PATCH ${base}/variables`, { body: [{ profileUid: addon, variables: [{ name: 'replicas', value }] }] })
    const setPolicy = () =>
      call(`PUT /atrium/v1/clusters/${cluster}/policy`, { body: { drift: 'alert', nodes: 'heal' } })
    const remove = () => call(`DELETE ${base}?forceDelete=true`)
    const replicas = async () => {
      const profiles: { profileUid: string; variables: { value?: string }[] }[] = (await call(`GET ${base}/variables`))
        .body
      return profiles.find(({ profileUid }) => profileUid === addon)?.variables[0]?.value
    }
    const statuses = (answers: Answer[]) => answers.map(({ status }) => status)

    expect(statuses(await interleaved(tenant, cluster, [setReplicas('2'), setPolicy]))).toEqual([204, 204])
    expect(await replicas()).toBe('2')
    expect((await call(`GET /atrium/v1/clusters/${cluster}/policy`)).body.drift).toBe('alert')

    const actor = { type: 'system', uid: 'test', name: 'test' } as const
    await api.context.store.transaction(tenant, actor, (tx) => tx.addFinalizer('Cluster', cluster, 'test/held'))
    expect(statuses(await interleaved(tenant, cluster, [setReplicas('3'), remove]))).toEqual([204, 204])
    expect(await replicas()).toBe('3')
    expect((await setPolicy()).body.code, 'one that is being deleted takes no changes').toBe('InvalidState')
  })

  test('deletion with force needs the right to delete alone', async () => {
    const { call, tenant, cluster } = await newCluster(api)
    const permissions = ['cluster.get', 'cluster.delete']
    const role = await call('POST /v1/roles', {
      body: { metadata: { name: 'Remover' }, spec: { scope: 'tenant', permissions } },
    })
    const remover = await api.newUser(tenant, [])
    await call(`PUT /v1/users/${remover.uid}/roles`, { body: { roles: [role.body.uid] } })
    const actor = { type: 'system', uid: 'test', name: 'test' } as const
    await api.context.store.transaction(tenant, actor, (tx) => tx.addFinalizer('Cluster', cluster, 'test/held'))
    const route = `DELETE /v1/spectroclusters/${cluster}`
    expect((await remover.call(route)).status).toBe(204)
    expect((await remover.call(`${route}?forceDelete=true`)).status, 'asked once more').toBe(204)
    const stored = await api.context.store.transaction(tenant, actor, (tx) => tx.get('Cluster', cluster))
    expect(stored?.spec.forceDelete).toBe(true)
  })
})
