import { FakeCloud } from '@atrium/provider-inmemory/cloud.ts'
import { createInMemoryProvider } from '@atrium/provider-inmemory/provider.ts'
import { parsePool } from '@atrium/provider-local/provider/parse-pool.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Caller, openTestApi, type TestApi } from './support/api.ts'

const pool = `apiVersion: controlplane.cluster.x-k8s.io/v1beta1
kind: KubeadmControlPlane
metadata:
  name: cp
spec:
  replicas: 1
  version: v1.34.4
`

let api: TestApi
beforeAll(async () => {
  const provider = { ...createInMemoryProvider(new FakeCloud()), cloudType: 'local', parsePool }
  api = await openTestApi({ providers: [provider] })
})
afterAll(() => api.close())

const layer = (name: string, kind: string, content: string) => ({
  name,
  type: 'manifest',
  layer: kind,
  tag: '1.0.0',
  uid: 'spectro-manifest-pack',
  values: '',
  manifests: [{ name: 'one', content }],
})

async function newProfile(call: Caller, name: string, type: string, version: string, packs: object[]): Promise<string> {
  const created = await call('POST /v1/clusterprofiles', {
    body: { metadata: { name }, spec: { version, template: { cloudType: 'all', type, packs } } },
  })
  expect(created.status, created.text).toBe(201)
  expect((await call(`PATCH /v1/clusterprofiles/${created.body.uid}/publish`)).status).toBe(204)
  return created.body.uid
}

test('an update can be previewed layer by layer and machine by machine; applied, it answers the same', async () => {
  const tenant = await api.newTenant()
  const call: Caller = (route, more) => tenant.call(route, { ...more, headers: { ProjectUid: tenant.project.uid } })
  const account = await call('POST /v1/cloudaccounts/cloudTypes/local', {
    body: { metadata: { name: 'mine', annotations: { overlordUid: '' } }, spec: { credentials: { TOKEN: 'hush' } } },
  })
  const infra = await newProfile(call, 'infra', 'infra', '1.0.0', [layer('kubernetes', 'k8s', 'a: 1')])
  const old = await newProfile(call, 'apps', 'add-on', '1.0.0', [
    layer('web', 'addon', 'a: 1'),
    layer('db', 'addon', 'b: 1'),
  ])
  const fresh = await newProfile(call, 'apps', 'add-on', '1.1.0', [
    layer('web', 'addon', 'a: 2'),
    layer('db', 'addon', 'b: 1'),
    layer('cache', 'addon', 'c: 1'),
  ])
  const created = await call('POST /v1/spectroclusters/cloudTypes/local', {
    body: {
      metadata: { name: 'demo' },
      spec: {
        cloudAccountUid: account.body.uid,
        cloudConfig: { values: '' },
        machinepoolconfig: [{ cloudConfig: { values: pool }, poolConfig: { isControlPlane: true } }],
        profiles: [{ uid: infra }, { uid: old }],
      },
    },
  })
  expect(created.status, created.text).toBe(201)
  const { uid } = created.body
  const before = (await call(`GET /v1/spectroclusters/${uid}`)).text
  const plan = await call(`POST /atrium/v1/clusters/${uid}/plan`, {
    body: { profiles: [{ uid: fresh, replaceWithProfile: old }] },
  })
  expect(plan.status, plan.text).toBe(200)
  expect(plan.body.layers.map(({ id, change, why }: Record<string, string>) => [id, change, why])).toEqual([
    ['infra/kubernetes', 'unchanged', ''],
    ['apps/web', 'changed', 'manifest one'],
    ['apps/db', 'unchanged', ''],
    ['apps/cache', 'added', 'version 1.0.0 is new'],
  ])
  expect(plan.body.problems).toEqual([])
  expect(plan.body.machines.length).toBeGreaterThan(0)
  expect((await call(`GET /v1/spectroclusters/${uid}`)).text).toBe(before)
  const wrong = await call(`POST /atrium/v1/clusters/${uid}/plan`, { body: { pools: [{ name: 'none', size: 1 }] } })
  expect([wrong.status, wrong.body.message]).toEqual([400, "pools[0].name: the cluster has no pool 'none'."])

  const update = (profile: string) => ({ body: { profiles: [{ uid: profile, replaceWithProfile: old }] } })
  const updated = await call(`POST /atrium/v1/clusters/${uid}/profiles`, update(fresh))
  const brief = ({ id, profileUid, change, why }: Record<string, string>) => ({ id, profileUid, change, why })
  const layers = plan.body.layers.map(brief)
  expect([updated.status, updated.body.layers], 'the update answers what it changes').toEqual([200, layers])
  const attached = (await call(`GET /v1/spectroclusters/${uid}`)).body.spec.clusterProfileTemplates
  expect(attached.map((one: { uid: string }) => one.uid)).toEqual([infra, fresh])
  const broken = await newProfile(call, 'apps', 'add-on', '1.2.0', [
    layer('web', 'addon', 'a: {{.spectro.macro.NONE}}'),
  ])
  const refused = await call(`POST /atrium/v1/clusters/${uid}/profiles`, update(broken))
  expect([refused.status, refused.body.code]).toEqual([422, 'PackVariablesUndefined'])
  const other = await api.newTenant()
  expect((await other.call(`POST /atrium/v1/clusters/${uid}/plan`, { body: {} })).status).toBe(404)
  expect((await other.call(`POST /atrium/v1/clusters/${uid}/profiles`, update(fresh))).status).toBe(404)
})
