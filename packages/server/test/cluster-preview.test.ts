import { digestsOfTables } from '@atrium/dev-env/find-in-database.ts'
import { FakeCloud } from '@atrium/provider-inmemory/cloud.ts'
import { createInMemoryProvider } from '@atrium/provider-inmemory/provider.ts'
import { parsePool } from '@atrium/provider-local/provider/parse-pool.ts'
import { operatorActor } from '@atrium/server/apiserver/operation.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Answer, type Caller, openTestApi, type TestApi } from './support/api.ts'

const pool = (
  name: string,
  replicas: number,
  kind = 'MachineDeployment',
): string => `apiVersion: cluster.x-k8s.io/v1beta1
kind: ${kind}
metadata: { name: ${name} }
spec: { replicas: ${replicas} }
`
const controlPlane = pool('cp', 1, 'KubeadmControlPlane').replace('replicas: 1', 'replicas: 1, version: v1.34.4')

let api: TestApi
let call: Caller
let uid: string
let infra: string
let apps: string
beforeAll(async () => {
  const provider = { ...createInMemoryProvider(new FakeCloud()), cloudType: 'local', parsePool }
  api = await openTestApi({ providers: [provider] })
  const tenant = await api.newTenant()
  call = (route, more) => tenant.call(route, { ...more, headers: { ProjectUid: tenant.project.uid } })
  const account = await call('POST /v1/cloudaccounts/cloudTypes/local', {
    body: { metadata: { name: 'mine', annotations: { overlordUid: '' } }, spec: { credentials: { TOKEN: 'hush' } } },
  })
  infra = await newProfile('infra', 'infra', [layer('kubernetes', 'k8s', 'a: 1')])
  apps = await newProfile(
    'apps',
    'add-on',
    [layer('web', 'addon', `${text}\n`), layer('db', 'addon', 'b: 1')],
    [
      { name: 'greeting', defaultValue: 'hello' },
      { name: 'password', isSensitive: true, defaultValue: 'first-password' },
    ],
  )
  const machinepoolconfig = [
    { cloudConfig: { values: controlPlane }, poolConfig: { isControlPlane: true } },
    { cloudConfig: { values: pool('w', 2) }, poolConfig: {} },
  ]
  const spec = { cloudAccountUid: account.body.uid, cloudConfig: { values: '' }, machinepoolconfig }
  const created = await call('POST /v1/spectroclusters/cloudTypes/local', {
    body: { metadata: { name: 'demo' }, spec: { ...spec, profiles: [{ uid: infra }, { uid: apps }] } },
  })
  expect(created.status, created.text).toBe(201)
  uid = created.body.uid
  await haveMachines(tenant.tenant.uid)
})
afterAll(() => api.close())

const text = 'greeting: {{.spectro.var.greeting}}\npassword: {{.spectro.var.password}}'
const layer = (name: string, kind: string, content: string) => ({
  ...{ name, type: 'manifest', layer: kind, tag: '1.34.4', uid: 'spectro-manifest-pack', values: '' },
  manifests: [{ name: 'one', content }],
})

async function newProfile(name: string, type: string, packs: object[], variables: object[] = []): Promise<string> {
  const created = await call('POST /v1/clusterprofiles', {
    body: { metadata: { name }, spec: { version: '1.0.0', template: { cloudType: 'all', type, packs }, variables } },
  })
  expect(created.status, created.text).toBe(201)
  expect((await call(`PATCH /v1/clusterprofiles/${created.body.uid}/publish`)).status).toBe(204)
  return created.body.uid
}

/** As the controllers would store them. */
async function haveMachines(tenant: string): Promise<void> {
  const status = { state: 'Running', kubernetesVersion: '1.34.4', labels: {}, taints: [] } as const
  await api.context.store.transaction(tenant, operatorActor, async (tx) => {
    await tx.updateStatus('Cluster', uid, { status: { endpoint: { host: 'h', port: 1 } } })
    for (const [name, of] of [
      ['demo-cp-0', 'cp'],
      ['demo-w-0', 'w'],
      ['demo-w-1', 'w'],
    ] as const) {
      const isControlPlane = of === 'cp'
      const taint = { key: 'node-role.kubernetes.io/control-plane', value: '', effect: 'NoSchedule' } as const
      const { meta } = await tx.create({
        ...{ kind: 'Machine', project: null, name, owner: { kind: 'Cluster', uid } },
        spec: { clusterUid: uid, pool: of, isControlPlane },
      })
      const seen = { ...status, providerId: name, taints: isControlPlane ? [taint] : [] }
      await tx.updateStatus('Machine', meta.uid, { status: seen })
    }
  })
}

/** Once what was written before has its place in the change log. */
async function restingTables(): Promise<Record<string, string>> {
  const { events: empty } = await digestsOfTables(api.ownerUrl)
  await expect.poll(async () => (await digestsOfTables(api.ownerUrl)).changes_pending).toBe(empty)
  return digestsOfTables(api.ownerUrl)
}

/** Asks for a preview, and proves that it wrote nothing. */
async function previewOf(body: object): Promise<Answer> {
  const before = await restingTables()
  const answer = await call(`POST /atrium/v1/clusters/${uid}/plan`, { body })
  expect(await digestsOfTables(api.ownerUrl)).toEqual(before)
  return answer
}
const changed = ({ body }: Answer) =>
  body.layers
    .filter((one: { change: string }) => one.change !== 'unchanged')
    .map(({ id, change, texts }: { id: string; change: string; texts: { name: string; lines: string[] }[] }) => [
      ...[id, change],
      ...texts.flatMap(({ name, lines }) => [name, ...lines.filter((line) => /^[-+]/.test(line))]),
    ])

test('no change changes nothing', async () => {
  const answer = await previewOf({})
  expect(answer.status, answer.text).toBe(200)
  expect(answer.body).toMatchObject({ changes: false, nodes: [], policy: [], problems: [], notes: [] })
})

test('without an agent the declared texts are compared, and it is said why', async () => {
  const variables = [{ profileUid: apps, variables: [{ name: 'greeting', value: 'welcome' }] }]
  const answer = await previewOf({ variables })
  expect(answer.body).toMatchObject({ changes: true, approximate: 'its agent has not come yet' })
  expect(changed(answer)).toEqual([['apps/web', 'changed', 'manifest one', '-greeting: hello', '+greeting: welcome']])
})

test('sensitive values are compared and not shown, whether they are stored or given', async () => {
  const variables = [{ profileUid: apps, variables: [{ name: 'password', value: 'second-password' }] }]
  const answer = await previewOf({ variables })
  expect(changed(answer)).toEqual([
    ['apps/web', 'changed', 'manifest one', '-password: [secret]', '+password: [secret]'],
  ])
  const packs = [layer('web', 'addon', text)]
  const drafted = [{ name: 'greeting' }, { name: 'password', isSensitive: true, defaultValue: 'third-password' }]
  const draft = { uid: apps, profile: { spec: { template: { packs }, variables: drafted } } }
  const other = await previewOf({ drafts: [draft] })
  expect(other.status, other.text).toBe(200)
  expect(`${answer.text}${other.text}`).not.toMatch(/(first|second|third)-password/)
})

test('a profile can be tried out before it is changed, or before its next version exists', async () => {
  const packs = [layer('web', 'addon', `${text}\nmore: 1\n`), layer('cache', 'addon', 'c: 1')]
  const template = { type: 'add-on', packs }
  const variables = [
    { name: 'greeting', defaultValue: 'hello' },
    { name: 'password', isSensitive: true, defaultValue: '********' },
  ]
  const stored = await previewOf({ drafts: [{ uid: apps, profile: { spec: { template, variables } } }] })
  const expected = [
    ['apps/web', 'changed', 'manifest one', '+more: 1'],
    ['apps/cache', 'added'],
    ['apps/db', 'removed'],
  ]
  expect(changed(stored)).toEqual(expected)
  const fresh = variables.with(1, { name: 'password', isSensitive: true, defaultValue: 'first-password' })
  const profile = { metadata: { name: 'apps' }, spec: { version: '1.1.0', template, variables: fresh } }
  expect(changed(await previewOf({ drafts: [{ profile }] }))).toEqual(expected)
  const wrong = await previewOf({
    drafts: [{ uid: apps, profile: { spec: { template: { packs: [layer('web', 'k8s', '')] } } } }],
  })
  expect([wrong.status, wrong.body.details.field]).toEqual([400, 'spec.template.packs[0].layer'])
})

test('profiles can be detached one by one, or by a list that is complete', async () => {
  const expected = [
    ['apps/web', 'removed'],
    ['apps/db', 'removed'],
  ]
  expect(changed(await previewOf({ detached: [apps] }))).toEqual(expected)
  expect(changed(await previewOf({ profiles: [{ uid: infra }], complete: true }))).toEqual(expected)
  const none = await previewOf({ profiles: [{ uid: apps }], complete: true })
  expect([none.status, none.body.message]).toEqual([400, expect.stringMatching(/needs one profile of type infra/)])
})

test('pools: the machines that come, go and are replaced, each by name', async () => {
  const nodes = ({ body }: Answer) =>
    body.nodes.map(({ name, change, replacedBy }: Record<string, string | null>) =>
      [change, name, ...(replacedBy === null ? [] : [replacedBy])].join(' '),
    )
  expect(nodes(await previewOf({ pools: [{ name: 'w', size: 4 }] }))).toEqual(['added demo-w-2', 'added demo-w-3'])
  expect(nodes(await previewOf({ pools: [{ name: 'w', size: 1 }] }))).toEqual(['removed demo-w-1'])
  const added = { cloudConfig: { values: pool('gpu', 1) }, poolConfig: {} }
  const both = await previewOf({ machinePools: [added], removedPools: ['w'] })
  expect(nodes(both)).toEqual(['added demo-gpu-0', 'removed demo-w-0', 'removed demo-w-1'])
  const newer = { ...layer('kubernetes', 'k8s', 'a: 1'), tag: '1.35.1' }
  const draft = { uid: infra, profile: { spec: { template: { packs: [newer] } } } }
  expect(nodes(await previewOf({ drafts: [draft] }))).toEqual(
    expect.arrayContaining(['replaced demo-w-0 demo-w-3', 'replaced demo-w-1 demo-w-2']),
  )
  const unknown = await previewOf({ removedPools: ['none'] })
  expect([unknown.status, unknown.body.message]).toEqual([400, "removedPools[0]: the cluster has no pool 'none'."])
  const without = await previewOf({ removedPools: ['cp'] })
  expect([without.status, without.body.message]).toEqual([400, expect.stringMatching(/exactly one control-plane pool/)])
})

test('another policy says what becomes of what deviates now', async () => {
  const { body } = await previewOf({ policy: { drift: 'alert', nodes: 'heal' } })
  expect(body.policy).toEqual([
    { field: 'drift', from: 'heal', to: 'alert', effect: 'deviations are reported and stay' },
  ])
  expect(body.changes).toBe(true)
})

test('another policy of one layer says so, and a layer that the cluster does not have is refused', async () => {
  const ofLayers = (layers: object, drift = 'heal') => previewOf({ policy: { drift, nodes: 'heal', layers } })
  const told = { from: 'heal', to: 'alert', effect: 'deviations are reported and stay' }
  const { body } = await ofLayers({ 'apps/web': 'alert' })
  expect([body.changes, body.policy]).toEqual([true, [{ field: 'layers.apps/web', ...told }]])
  expect((await ofLayers({ 'apps/web': 'heal' }, 'alert')).body.policy).toEqual([{ field: 'drift', ...told }])
  const unknown = await ofLayers({ 'apps/none': 'alert' })
  expect([unknown.status, unknown.body.details.field]).toEqual([400, 'policy.layers.apps/none'])
})

test('what cannot be resolved is a problem, and nobody is asked', async () => {
  const packs = [layer('web', 'addon', 'a: {{.spectro.macro.NONE}}')]
  const { body } = await previewOf({ drafts: [{ uid: apps, profile: { spec: { template: { packs } } } }] })
  expect(body.problems).toEqual([
    expect.objectContaining({ layer: 'apps/web', message: expect.stringContaining('NONE') }),
  ])
  expect(body.approximate).toBeNull()
})

test('is for those who may change the cluster', async () => {
  const other = await api.newTenant()
  expect((await other.call(`POST /atrium/v1/clusters/${uid}/plan`, { body: {} })).status).toBe(404)
})
