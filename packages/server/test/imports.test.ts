import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { operatorActor } from '@atrium/server/apiserver/operation.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Caller, openTestApi, type TestApi } from './support/api.ts'
import { newProfile } from './support/clusters.ts'

const DAY_MS = 24 * 3_600_000

let api: TestApi
let call: Caller
let tenant: string
let project: string
let aheadMs = 0
const logged: string[] = []
beforeAll(async () => {
  const keep = (...words: unknown[]): void => void logged.push(JSON.stringify(words))
  const logger = { info: keep, warn: keep, error: keep, debug: keep, child: () => logger } as unknown as Logger
  api = await openTestApi({ clock: { ...systemClock, now: () => systemClock.now() + aheadMs }, logger })
  const made = await api.newTenant()
  tenant = made.tenant.uid
  project = made.project.uid
  call = (route, given) => made.call(route, { ...given, headers: { ProjectUid: project, ...given?.headers } })
})
afterAll(() => api.close())

async function importCluster(name: string, clusterConfig: object = {}, cloud = 'generic'): Promise<string> {
  const answer = await call(`POST /v1/spectroclusters/${cloud}/import`, {
    body: { metadata: { name }, spec: { clusterConfig } },
  })
  expect(answer.status, answer.text).toBe(201)
  return answer.body.uid
}
const pathOf = (answer: { body: { status: { clusterImport: { importLink?: string } } } }): string =>
  (answer.body.status.clusterImport.importLink ?? '').replace(/^.*plane.test/, '')
const linkOf = async (uid: string): Promise<string> => pathOf(await call(`GET /v1/spectroclusters/${uid}`))
/** As kubectl does it: nobody is signed in. */
const fetchLink = (path: string) => api.as({})(`GET ${path}`)

test('each cloud can be imported from, and shows a link, a type and no location of its own', async () => {
  for (const cloud of ['generic', 'aws', 'azure', 'gcp', 'apache-cloudstack']) {
    const uid = await importCluster(`of-${cloud}`, {}, cloud)
    const { body } = await call(`GET /v1/spectroclusters/${uid}`)
    expect(body.spec).toMatchObject({ cloudType: cloud, clusterType: 'AlloyExtend', clusterConfig: {} })
    expect(body.status).toMatchObject({ location: { geoLoc: { latitude: 0 } }, clusterImport: { isBrownfield: true } })
    const machines = `GET /v1/cloudconfigs/${cloud}/${body.spec.cloudConfigRef.uid}/machinePools/any/machines`
    expect((await call(machines)).body.items).toEqual([])
    expect(body.status.clusterImport.importLink).toMatch(
      /^kubectl apply -f https:\/\/plane\.test\/v1\/spectroclusters\/[0-9a-f]{24}\/import\/manifest\?token=/,
    )
  }
})

test('has no kubeconfig in either mode, and says whose to take', async () => {
  for (const clusterConfig of [{}, { importMode: 'read-only' }]) {
    const uid = await importCluster(`keyless-${Object.keys(clusterConfig).length}`, clusterConfig)
    for (const asset of ['adminKubeconfig', 'kubeconfig', 'kubeconfigclient']) {
      const { status, body } = await call(`GET /v1/spectroclusters/${uid}/assets/${asset}`)
      expect([status, body.code, body.message]).toEqual([
        404,
        'ResourceNotFound',
        expect.stringContaining('its owner has'),
      ])
    }
  }
})

test('its infrastructure names its cloud and holds no pool, for those who see the cluster', async () => {
  const viewer = (await api.newUser(tenant, [{ role: 'Project Viewer', project }])).call
  const stranger = (await api.newTenant()).call
  for (const cloud of ['generic', 'aws', 'azure', 'gcp', 'apache-cloudstack']) {
    const uid = await importCluster(`config-of-${cloud}`, {}, cloud)
    const config = (await call(`GET /v1/spectroclusters/${uid}`)).body.spec.cloudConfigRef.uid
    const route = `GET /v1/cloudconfigs/${cloud}/${config}`
    expect((await viewer(route)).body).toMatchObject({
      kind: cloud,
      metadata: { uid: config, name: `config-of-${cloud}`, annotations: { scope: 'project' } },
      spec: { cloudAccountRef: { kind: cloud, uid: '' }, machinePoolConfig: [] },
    })
    const other = cloud === 'aws' ? 'gcp' : 'aws'
    const missing = [await stranger(route), await call(`GET /v1/cloudconfigs/${other}/${config}`)]
    for (const { status, body } of missing) expect([status, body.code]).toEqual([404, 'ResourceNotFound'])
  }
})

test('its nodes are looked through as other lists are', async () => {
  const uid = await importCluster('of-nodes')
  const config = (await call(`GET /v1/spectroclusters/${uid}`)).body.spec.cloudConfigRef.uid
  const nodes = ['b', 'a', 'c'].map((name) => ({
    ...{ name, ready: name !== 'c', message: '', providerId: '', notReadySince: null },
  }))
  await api.context.store.transaction(tenant, operatorActor, (tx) =>
    tx.updateStatus('Cluster', uid, { status: { nodes } }),
  )
  const machines = async (query: Record<string, string>) => {
    const { items } = (await call(`GET /v1/cloudconfigs/generic/${config}/machinePools/any/machines`, { query })).body
    return items.map((item: { metadata: { name: string } }) => item.metadata.name)
  }
  expect(await machines({ orderBy: 'metadata.name=-1', limit: '2' })).toEqual(['c', 'b'])
  expect(await machines({ filters: 'status.health.state=UnHealthy' })).toEqual(['c'])
})

test('the link opens its own cluster without signing in, until it is renewed, spent or a week old', async () => {
  const uid = await importCluster('linked')
  const other = await importCluster('other')
  const link = await linkOf(uid)
  const fetched = await fetchLink(link)
  expect([fetched.status, fetched.headers['content-type']]).toEqual([200, 'application/octet-stream'])
  expect(fetched.text).toContain(`full ${uid}`)
  const refused = [
    link.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
    link.replace(uid, other),
    link.replace(/token=.*/, ''),
    link.replace(tenant, 'nobody'),
  ]
  const answers = await Promise.all(refused.map(fetchLink))
  expect(new Set(answers.map(({ status, body }) => `${status} ${body.code} ${body.message}`)).size).toBe(1)
  expect(answers[0]?.status).toBe(404)

  expect((await call(`PATCH /v1/spectroclusters/${uid}/import/upgrade`)).status).toBe(204)
  const renewed = await linkOf(uid)
  expect([(await fetchLink(link)).status, (await fetchLink(renewed)).status]).toEqual([404, 200])
  const agent = { enrolled: true, connected: false, version: '', lastHeartbeatAt: null, podName: '', sessionEpoch: 0 }
  const enrolledAt = new Date(systemClock.now() + 1_000).toISOString()
  await api.context.store.transaction(tenant, operatorActor, (tx) =>
    tx.updateStatus('Cluster', uid, { status: { agent: { ...agent, enrolledAt } } }),
  )
  expect([(await fetchLink(renewed)).status, await linkOf(uid)]).toEqual([404, ''])

  const late = await linkOf(other)
  aheadMs = 6 * DAY_MS
  expect((await fetchLink(late)).status).toBe(200)
  aheadMs = 8 * DAY_MS
  expect([(await fetchLink(late)).status, await linkOf(other)]).toEqual([404, ''])
  aheadMs = 0
  const tokens = [link, renewed, late].map((path) => path.replace(/.*\./, ''))
  expect(logged.filter((line) => tokens.some((token) => line.includes(token)))).toEqual([])
  expect(logged.length).toBeGreaterThan(10)
})

test('only who may import sees a link, renews it or imports; each fetch is an event', async () => {
  const uid = await importCluster('guarded')
  const link = await linkOf(uid)
  await fetchLink(link)
  const events = await call(`GET /v1/events/components/spectrocluster/${uid}`)
  expect(events.text).toContain('manifest was fetched')
  expect(events.text).not.toContain(link.replace(/.*\./, ''))
  const viewer = (await api.newUser(tenant, [{ role: 'Project Viewer', project }])).call
  const seen = await viewer(`GET /v1/spectroclusters/${uid}`)
  expect([seen.status, pathOf(seen)]).toEqual([200, ''])
  // Who may import and not change reads the cluster, without what is kept for those who change it.
  const permissions = ['cluster.get', 'cluster.import', 'project.get']
  const spec = { scope: 'project', permissions }
  const role = (await call('POST /v1/roles', { body: { metadata: { name: 'Importer' }, spec } })).body.uid
  const importer = await api.newUser(tenant, [])
  await call(`PUT /v1/users/${importer.uid}/projects`, { body: { projects: [{ projectUid: project, roles: [role] }] } })
  const half = await importer.call(`GET /v1/spectroclusters/${uid}`)
  expect([half.status, pathOf(half)]).toEqual([200, ''])
  // Programs that sign in get the manifest without a token in the address, if they would be shown one.
  const manifest = `GET /v1/spectroclusters/${uid}/import/manifest`
  const fetched = await call(manifest)
  expect([fetched.status, fetched.text]).toEqual([200, (await fetchLink(link)).text])
  const refused = [viewer, importer.call, (await api.newTenant()).call, api.as({ ApiKey: 'guess' }), api.as({})]
  for (const one of refused) expect((await one(manifest)).status).toBe(404)
  const headers = { ProjectUid: project }
  const tries = [
    await viewer(`PATCH /v1/spectroclusters/${uid}/import/upgrade`, { headers }),
    await viewer('POST /v1/spectroclusters/generic/import', {
      headers,
      body: { metadata: { name: 'mine' }, spec: {} },
    }),
  ]
  expect(tries.map(({ status }) => status)).toEqual([403, 403])
  const stranger = (await api.newTenant()).call
  expect((await stranger(`PATCH /v1/spectroclusters/${uid}/import/upgrade`)).status).toBe(404)
})

test('it takes add-ons alone, and none of them nor namespaces while it is only watched', async () => {
  const addOn = await newProfile(call, 'web', 'add-on')
  const infra = await newProfile(call, 'infra', 'infra')
  const attach = (uid: string, profile: string) =>
    call(`PATCH /v1/spectroclusters/${uid}/profiles`, { body: { profiles: [{ uid: profile }] } })
  const whole = await importCluster('whole')
  expect((await attach(whole, infra)).text).toContain('brings its own infrastructure')
  expect((await attach(whole, addOn)).status).toBe(204)
  const watched = await importCluster('watched', { importMode: 'read-only' })
  expect((await call(`GET /v1/spectroclusters/${watched}`)).body.spec.clusterType).toBe('AlloyMonitor')
  const plan = { body: { profiles: [{ uid: addOn }] } }
  const namespaces = { body: { namespaces: [{ metadata: { name: 'team' }, spec: {} }] } }
  const refused = [
    await attach(watched, addOn),
    await call(`PUT /v1/spectroclusters/${watched}/config/namespaces`, namespaces),
    await call(`POST /atrium/v1/clusters/${watched}/plan`, plan),
  ]
  for (const { text } of refused) expect(text).toContain('imported read-only')
  expect((await call(`PATCH /v1/spectroclusters/${watched}/import/upgrade`)).status).toBe(204)
  expect((await attach(watched, addOn)).status).toBe(204)
})

test('a proxy that nobody would use is refused', async () => {
  const { status, body } = await call('POST /v1/spectroclusters/generic/import', {
    body: { metadata: { name: 'behind' }, spec: { clusterConfig: { proxy: { httpProxy: 'http://proxy:3128' } } } },
  })
  expect([status, body.details.field]).toEqual([400, 'spec.clusterConfig.proxy.httpProxy'])
})
