import { FakeCloud } from '@atrium/provider-inmemory/cloud.ts'
import { createInMemoryProvider } from '@atrium/provider-inmemory/provider.ts'
import { operatorActor } from '@atrium/server/apiserver/operation.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Caller, openTestApi, type TestApi } from './support/api.ts'

let api: TestApi
beforeAll(async () => {
  const provider = { ...createInMemoryProvider(new FakeCloud()), cloudType: 'local', credentialKeys: [] }
  api = await openTestApi({ providers: [provider] })
})
afterAll(() => api.close())

interface Listed {
  names: string[]
  meta: { continue: string; count: number; limit: number; offset: number }
}

const lister =
  (call: Caller, route: string, nameOf: (item: { metadata: { name: string; uid: string } }) => string) =>
  async (query: Record<string, string>): Promise<Listed> => {
    const answer = await call(route, { query })
    expect(answer.status, answer.text).toBe(200)
    return { names: answer.body.items.map(nameOf), meta: answer.body.listmeta }
  }
type List = ReturnType<typeof lister>

const names = ['a', 'b', 'c', 'd', 'e']
const account = 'POST /v1/cloudaccounts/cloudTypes/local'

async function accounts(route: string): Promise<List> {
  const { call } = await api.newTenant()
  for (const name of ['c', 'a', 'e', 'b', 'd']) {
    const body = { metadata: { name, labels: { odd: `${'ace'.includes(name)}` } }, spec: { credentials: {} } }
    expect((await call(account, { body })).status).toBe(201)
  }
  return lister(call, route, ({ metadata }) => metadata.name)
}

const clusterSpec = {
  cloudType: 'local',
  cloudAccountUid: 'a'.repeat(24),
  cloudConfigUid: '',
  cloudConfig: {},
  machinePools: [],
  profiles: [],
  policy: { drift: 'heal', nodes: 'heal' },
  clusterConfig: {},
} as const

/** A cluster whose pool has five machines, and that has five events; `a` is the newest. */
async function cluster() {
  const { call, tenant, project } = await api.newTenant()
  const inTenant = <T>(work: Parameters<typeof api.context.store.transaction<T>>[2]) =>
    api.context.store.transaction(tenant.uid, operatorActor, work)
  const config = tenant.uid.split('').reverse().join('')
  const pool = {
    ...{ name: 'w', isControlPlane: false, useControlPlaneAsWorker: false, size: 5, labels: {}, taints: [] },
    ...{ version: '', input: { cloudConfig: {}, poolConfig: {} } },
  }
  const spec = { ...clusterSpec, cloudConfigUid: config, machinePools: [pool], profiles: [] }
  const uid = await inTenant(async (tx) => {
    const { meta } = await tx.create({ kind: 'Cluster', project: project.uid, name: 'one', spec })
    for (const name of ['c', 'a', 'e', 'b', 'd']) {
      const machine = { clusterUid: meta.uid, pool: 'w', isControlPlane: false }
      await tx.create({ kind: 'Machine', project: project.uid, name, spec: machine })
    }
    return meta.uid
  })
  const report = (id: string, second: number) =>
    inTenant((tx) =>
      tx.appendEvents({ kind: 'Cluster', uid }, [
        {
          ...{ id, at: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(), severity: 'Info', reason: id },
          ...{ message: '', involved: 'one', source: 'test' },
        },
      ]),
    )
  for (const [index, id] of names.entries()) await report(id, 50 - index)
  return {
    report,
    events: lister(call, `GET /v1/events/components/spectrocluster/${uid}`, ({ metadata }) => metadata.uid),
    machines: lister(
      call,
      `GET /v1/cloudconfigs/cloudTypes/local/${config}/machinePools/w/machines`,
      ({ metadata }) => metadata.name,
    ),
  }
}

const kinds: [string, () => Promise<List>][] = [
  ['accounts of a cloud', () => accounts('GET /v1/cloudaccounts/cloudTypes/local')],
  ['all accounts', () => accounts('GET /v1/cloudaccounts/summary')],
  ['machines', async () => (await cluster()).machines],
  ['events', async () => (await cluster()).events],
]

describe.each(kinds)('the list of %s', (_, open) => {
  test('is whole with limit 0, and pages lead on by token and by offset', async () => {
    const list = await open()
    const orderBy = 'metadata.name=1'
    const whole = await list({ limit: '0', orderBy })
    expect(whole).toEqual({ names, meta: { continue: '', count: 5, limit: 5, offset: 5 } })
    const first = await list({ limit: '2', orderBy })
    expect(first).toMatchObject({ names: ['a', 'b'], meta: { count: 5, limit: 2, offset: 2 } })
    const second = await list({ limit: '2', orderBy, continue: first.meta.continue })
    expect(second).toMatchObject({ names: ['c', 'd'], meta: { count: 5, limit: 2, offset: 4 } })
    const last = await list({ limit: '2', orderBy, continue: second.meta.continue })
    expect(last).toEqual({ names: ['e'], meta: { continue: '', count: 5, limit: 1, offset: 5 } })
    expect(await list({ limit: '2', orderBy, offset: '4' })).toEqual(last)
  })

  test('takes filters and order', async () => {
    const list = await open()
    expect((await list({ orderBy: 'metadata.name=-1' })).names).toEqual([...names].reverse())
    const filtered = await list({ filters: 'metadata.name_in_b,d', orderBy: 'metadata.name=1' })
    expect(filtered).toEqual({ names: ['b', 'd'], meta: { continue: '', count: 2, limit: 2, offset: 2 } })
  })
})

test('a page of events follows the last event of the one before, whatever happened since', async () => {
  const { events, report } = await cluster()
  const first = await events({ limit: '2' })
  expect(first.names).toEqual(['a', 'b'])
  await report('newest', 59)
  expect((await events({ limit: '2', continue: first.meta.continue })).names).toEqual(['c', 'd'])
})
