import { tablesHolding } from '@atrium/dev-env/find-in-database.ts'
import { FakeCloud } from '@atrium/provider-inmemory/cloud.ts'
import { createInMemoryProvider } from '@atrium/provider-inmemory/provider.ts'
import { parsePool } from '@atrium/provider-local/provider/parse-pool.ts'
import { systemActor } from '@atrium/runtime/controller/actor.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { resolveLayers } from '@atrium/server/content/resolve.ts'
import { readResolveContext } from '@atrium/server/content/resolve-context.ts'
import { applyReport } from '@atrium/server/controllers/cluster/report.ts'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Caller, openTestApi, type TestApi } from './support/api.ts'

const masked = '********'
const pool = `apiVersion: controlplane.cluster.x-k8s.io/v1beta1
kind: KubeadmControlPlane
metadata:
  name: cp
spec:
  replicas: 1
  version: v1.34.4
`
const config = (text: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\ndata:\n  text: "${text}"\n`

let api: TestApi
let tenant: Awaited<ReturnType<TestApi['newTenant']>>
let call: Caller
let account: string
let infra: string
const canaries: string[] = []
/** A value that must never be seen in clear again. */
const canary = (name: string): string => {
  const value = `canary-${name}-${crypto.randomUUID()}`
  canaries.push(value)
  return value
}

beforeAll(async () => {
  const provider = { ...createInMemoryProvider(new FakeCloud()), cloudType: 'local', parsePool }
  api = await openTestApi({ providers: [provider] })
  tenant = await api.newTenant()
  call = (route, more) => tenant.call(route, { ...more, headers: { ProjectUid: tenant.project.uid } })
  const made = await call('POST /v1/cloudaccounts/cloudTypes/local', {
    body: { metadata: { name: 'mine', annotations: { overlordUid: '' } }, spec: { credentials: { TOKEN: 'hush' } } },
  })
  account = made.body.uid
  infra = await newProfile('infra', 'infra', 'a: 1', [])
})
afterAll(() => api.close())

async function newProfile(name: string, type: string, content: string, variables: object[], version = '1.0.0') {
  const packs = [
    {
      ...{ name: `${name}-layer`, type: 'manifest', layer: type === 'infra' ? 'k8s' : 'addon', tag: '1.0.0' },
      ...{ uid: 'spectro-manifest-pack', values: '', manifests: [{ name: 'one', content }] },
    },
  ]
  const created = await call('POST /v1/clusterprofiles', {
    body: { metadata: { name }, spec: { version, template: { cloudType: 'all', type, packs }, variables } },
  })
  expect(created.status, created.text).toBe(201)
  await publish(created.body.uid)
  return created.body.uid as string
}

const publish = async (uid: string): Promise<void> => {
  const { status, text } = await call(`PATCH /v1/clusterprofiles/${uid}/publish`)
  expect(status, text).toBe(204)
}

async function newCluster(name: string, addon: string, variables: object[] = []): Promise<string> {
  const created = await call('POST /v1/spectroclusters/cloudTypes/local', {
    body: {
      metadata: { name },
      spec: {
        cloudAccountUid: account,
        cloudConfig: { values: '' },
        machinepoolconfig: [{ cloudConfig: { values: pool }, poolConfig: { isControlPlane: true } }],
        profiles: [{ uid: infra }, { uid: addon, variables }],
      },
    },
  })
  expect(created.status, created.text).toBe(201)
  return created.body.uid
}

const read = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
  api.context.store.transaction(tenant.tenant.uid, systemActor('test'), work)

const stored = async (uid: string): Promise<StoredObject<'Cluster'>> => {
  const cluster = await read((tx) => tx.get('Cluster', uid))
  if (!cluster) throw new Error('the cluster is gone')
  return cluster
}

/** The texts the agent would get, which are stored as its controller stores them. */
async function resolved(uid: string): Promise<string> {
  const cluster = await stored(uid)
  const { layers, problems } = resolveLayers(cluster.spec.profiles, await read((tx) => readResolveContext(tx, cluster)))
  expect(problems).toEqual([])
  const texts = layers.flatMap((layer) => layer.manifests.map(({ content }) => content))
  await read((tx) => Promise.all(texts.map((text) => tx.putBlob(Buffer.from(text)))))
  return texts.join('\n')
}

const setValue = async (uid: string, profileUid: string, value: string): Promise<number> => {
  const { status, text } = await call(`PATCH /v1/spectroclusters/${uid}/variables`, {
    body: [{ profileUid, variables: [{ name: 'given', value }] }],
  })
  expect(status, text).toBe(204)
  return (await stored(uid)).meta.generation
}

const variables = (over: object = {}): object[] => [
  { name: 'given', isSensitive: true, inputType: 'text' },
  { name: 'fallback', isSensitive: true, inputType: 'text', ...over },
]
const both = config('{{.spectro.var.given}}/{{.spectro.var.fallback}}')

const secretsOf = async (uid: string): Promise<number> => {
  const client = new pg.Client({ connectionString: api.ownerUrl })
  await client.connect()
  const { rowCount } = await client.query('select from secrets where uid = $1', [uid]).finally(() => client.end())
  return rowCount ?? 0
}

const inClear = (): Promise<string[]> => tablesHolding(api.ownerUrl, canaries)

test('values of a cluster are used, shown masked, and raise the generation only when they change', async () => {
  const [first, second, fallback] = [canary('first'), canary('second'), canary('fallback')]
  const addon = await newProfile('app', 'add-on', both, variables({ defaultValue: fallback }))
  const uid = await newCluster('values', addon, [{ name: 'given', value: first }])
  expect(await resolved(uid)).toContain(`text: "${first}/${fallback}"`)
  const shown = await call(`GET /v1/spectroclusters/${uid}/variables`)
  expect(shown.body.find((one: { profileUid: string }) => one.profileUid === addon).variables).toEqual([
    { name: 'given', isSensitive: true, inputType: 'text', value: masked },
    { name: 'fallback', isSensitive: true, inputType: 'text', defaultValue: masked },
  ])
  const { generation } = (await stored(uid)).meta
  expect(await setValue(uid, addon, masked)).toBe(generation)
  expect(await setValue(uid, addon, first)).toBe(generation)
  expect(await setValue(uid, addon, second)).toBe(generation + 1)
  expect(await resolved(uid)).toContain(`text: "${second}/${fallback}"`)
  expect(await setValue(uid, addon, '')).toBe(generation + 2)
  expect(await resolved(uid)).toContain(`text: "/${fallback}"`)
  expect(await inClear()).toEqual([])
})

test('a new profile version keeps the value and brings its own default; the plan says only that something changes', async () => {
  const [value, old, fresh] = [canary('value'), canary('old'), canary('fresh')]
  const first = await newProfile('versions', 'add-on', both, variables({ defaultValue: old }))
  const next = await newProfile('versions', 'add-on', both, variables({ defaultValue: fresh }), '2.0.0')
  const uid = await newCluster('versioned', first, [{ name: 'given', value }])
  const change = { body: { profiles: [{ uid: next, replaceWithProfile: first }] } }
  const plan = await call(`POST /atrium/v1/clusters/${uid}/plan`, change)
  expect(plan.body.problems).toEqual([])
  expect(plan.body.layers.find(({ id }: { id: string }) => id === 'versions/versions-layer')).toMatchObject({
    change: 'changed',
    why: 'manifest one',
  })
  expect(plan.text).not.toContain('canary')
  expect((await call(`POST /atrium/v1/clusters/${uid}/profiles`, change)).status).toBe(200)
  expect(await resolved(uid)).toContain(`text: "${value}/${fresh}"`)
  expect(await inClear()).toEqual([])
})

test('a cluster keeps its copy when the profile is edited; a clone has its own', async () => {
  const [before, after] = [canary('before'), canary('after')]
  const addon = await newProfile('edited', 'add-on', config('{{.spectro.var.fallback}}'), [
    { name: 'fallback', isSensitive: true, defaultValue: before },
  ])
  const uid = await newCluster('keeper', addon)
  expect(await tablesHolding(api.ownerUrl, ['keeper']), 'what is in clear is found').toContain('objects')
  const clone = await call(`POST /v1/clusterprofiles/${addon}/clone`, { body: { metadata: { name: 'copied' } } })
  expect(clone.status, clone.text).toBe(201)
  await publish(clone.body.uid)
  const put = (defaultValue: string) =>
    call(`PUT /v1/clusterprofiles/${addon}/variables`, {
      body: { variables: [{ name: 'fallback', isSensitive: true, defaultValue }] },
    })
  expect((await put(masked)).status).toBe(204)
  expect((await put(after)).status).toBe(204)
  expect(await resolved(uid)).toContain(`text: "${before}"`)
  expect(await resolved(await newCluster('of-the-clone', clone.body.uid))).toContain(`text: "${before}"`)
  expect(await resolved(await newCluster('of-the-edited', addon))).toContain(`text: "${after}"`)
  const readable = await call(`PUT /v1/clusterprofiles/${addon}/variables`, {
    body: { variables: [{ name: 'fallback', isSensitive: false, defaultValue: masked }] },
  })
  expect(readable.status).toBe(400)
  for (const answer of [
    await call(`GET /v1/clusterprofiles/${addon}/variables`),
    await call(`GET /v1/clusterprofiles/${addon}/export?format=json`),
    await call(`GET /v1/clusterprofiles/${addon}`),
    await call(`GET /v1/spectroclusters/${uid}`),
  ]) {
    expect(answer.status, answer.text).toBe(200)
    expect(answer.text).not.toContain('canary')
    expect(answer.text).not.toContain('sealed')
  }
  expect(await inClear()).toEqual([])
})

test('a user who may only use a profile attaches it with its default, and is never shown that', async () => {
  const value = canary('used')
  const addon = await newProfile('used', 'add-on', config('{{.spectro.var.fallback}}'), [
    { name: 'fallback', isSensitive: true, defaultValue: value },
  ])
  const { call: asUser } = await api.newUser(tenant.tenant.uid, [
    { role: 'Cluster Admin', project: tenant.project.uid },
  ])
  const admin = call
  call = (route, more) => asUser(route, { ...more, headers: { ProjectUid: tenant.project.uid } })
  const uid = await newCluster('by-a-user', addon).finally(() => (call = admin))
  expect(await resolved(uid)).toContain(value)
})

test('a wrong value is refused without being repeated, and reports of the agent are kept without it', async () => {
  const value = canary('quoted')
  const addon = await newProfile('quoted', 'add-on', config('{{.spectro.var.given}}'), [
    { name: 'given', isSensitive: true, regex: '^canary' },
  ])
  const uid = await newCluster('reporter', addon, [{ name: 'given', value }])
  const event = {
    ...{ id: 'e1', at: '2026-01-01T00:00:00Z', severity: 'Warning' as const, reason: 'Failed' },
    ...{ message: `cannot parse ${JSON.stringify(value)}`, involved: 'Pod a/b', source: 'helm' },
  }
  await read((tx) => applyReport(tx, uid, { type: 'events', seq: 1, items: [event] }, event.at))
  await read((tx) =>
    applyReport(
      tx,
      uid,
      {
        type: 'deviations',
        seq: 2,
        items: [
          {
            ...{
              id: 'd1',
              type: 'changed',
              object: 'v1 ConfigMap a/one',
              layer: 'quoted/quoted-layer',
              action: 'heal',
            },
            ...{ detectedAt: event.at, state: 'open', message: `text was ${value}`, resolvedAt: null },
            diff: [{ path: '/data/text', live: 'x', desired: { text: Buffer.from(value).toString('base64') } }],
          },
        ],
      },
      event.at,
    ),
  )
  const { status } = await stored(uid)
  expect(status.deviations?.[0]).toMatchObject({
    message: 'text was [secret]',
    diff: [{ desired: { text: '[secret]' } }],
  })
  expect(await inClear()).toEqual([])
})

test('secrets go with their object, with their variable and with their profile', async () => {
  const addon = await newProfile('short-lived', 'add-on', 'a: 1', variables({ defaultValue: canary('default') }))
  const uid = await newCluster('mortal', addon, [{ name: 'given', value: canary('mortal') }])
  expect(await secretsOf(uid)).toBe(2)
  expect(await secretsOf(addon)).toBe(1)
  expect((await call(`DELETE /v1/spectroclusters/${uid}/profiles`, { body: { profileUids: [addon] } })).status).toBe(
    204,
  )
  expect(await secretsOf(uid)).toBe(0)
  const removed = await call(`DELETE /v1/clusterprofiles/${addon}/variables`, { body: { variables: ['fallback'] } })
  expect(removed.status, removed.text).toBe(204)
  expect(await secretsOf(addon)).toBe(0)
})

test('whoever may only read learns no part of a value by an expression of their own', async () => {
  const value = canary('asked')
  const addon = await newProfile('asked', 'add-on', config('{{.spectro.var.given}}{{.spectro.var.fallback}}'), [
    { name: 'given', isSensitive: true },
    { name: 'fallback', isSensitive: true, defaultValue: value },
  ])
  const uid = await newCluster('asked', addon, [{ name: 'given', value }])
  const viewer = await api.newUser(tenant.tenant.uid, [{ role: 'Project Viewer', project: tenant.project.uid }])
  const references = ['given', 'fallback'].flatMap((name) => [
    `{{ .spectro.var.${name} | substr 0 3 }}`,
    `{{ .spectro.var.${name} | upper }}`,
    `{{ .spectro.var.${name} | hasPrefix "canary" }}`,
    `{{ .spectro.var.${name} | eq "${value}" }}`,
    `{{ .spectro.var.${name} | regexFind "asked.*" | replace "-" "_" }}`,
  ])
  for (const path of [`spectroclusters/${uid}`, `clusterprofiles/${addon}`]) {
    const answer = await viewer.call(`GET /v1/${path}/packs/resolvedValues`, { body: { references } })
    expect(answer.status, answer.text).toBe(200)
    const resolved: Record<string, string> =
      answer.body.resolved ?? answer.body.profiles.find((one: { uid: string }) => one.uid === addon).resolved
    expect(Object.keys(resolved)).toEqual(references)
    for (const text of Object.values(resolved)) expect(text).not.toMatch(/^can|^CAN|true|asked/)
  }
  // Nor does a guess that is right look different from one that is wrong.
  const guess = { body: { references: [`{{ print "${value}" | default .spectro.system.tenant.uid }}`] } }
  const { text } = await viewer.call(`GET /v1/clusterprofiles/${addon}/packs/resolvedValues`, guess)
  expect(text).not.toContain('[secret]')
})

test('nor by rules that a default which was kept would have to follow', async () => {
  const addon = await newProfile('ruled', 'add-on', config('{{.spectro.var.fallback}}'), [
    { name: 'fallback', isSensitive: true, defaultValue: canary('ruled') },
  ])
  const put = (rules: object) =>
    call(`PUT /v1/clusterprofiles/${addon}/variables`, {
      body: { variables: [{ name: 'fallback', isSensitive: true, defaultValue: masked, ...rules }] },
    })
  const tries = [
    { regex: '^canary' },
    { regex: '^x' },
    { format: 'number' },
    { inputType: 'dropdown', options: [{ value: 'x' }] },
  ]
  const answers = await Promise.all(tries.map(put))
  expect(new Set(answers.map(({ status }) => status)).size).toBe(1)
})
