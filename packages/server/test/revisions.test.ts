import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Caller, TestApi } from './support/api.ts'
import { type MadeCluster, newCluster, openClusterApi, workers } from './support/clusters.ts'

let api: TestApi
beforeAll(async () => {
  api = await openClusterApi()
})
afterAll(() => api.close())

let made: MadeCluster
let call: Caller
let path: string
beforeEach(async () => {
  made = await newCluster(api)
  call = made.call
  path = `/atrium/v1/clusters/${made.cluster}`
})

const policy = (drift: string) => ({ drift, nodes: 'heal' })
const setPolicy = async (drift: string, note?: string): Promise<void> => {
  const headers = note === undefined ? {} : { 'atrium-note': note }
  const { status, text } = await call(`PUT ${path}/policy`, { body: policy(drift), headers })
  expect(status, text).toBe(204)
}
const rollback = (body: object, as = call) => as(`POST ${path}/rollback`, { body })
const specNow = async () =>
  (
    await api.context.store.transaction(made.tenant, { type: 'system', uid: 't', name: 't' }, (tx) =>
      tx.get('Cluster', made.cluster),
    )
  )?.spec

/** A profile whose one variable is sensitive, attached with a value. */
async function attachSensitive(value: string): Promise<string> {
  const manifests = [
    { name: 'one', content: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: "{{.spectro.var.token}}"' },
  ]
  const packs = [
    { name: 'vault', type: 'manifest', layer: 'addon', tag: '1', uid: 'spectro-manifest-pack', values: '', manifests },
  ]
  const variables = [{ name: 'token', isSensitive: true, required: true }]
  const body = {
    metadata: { name: 'vault' },
    spec: { version: '1.0.0', template: { cloudType: 'all', type: 'add-on', packs }, variables },
  }
  const { uid } = (await call('POST /v1/clusterprofiles', { body })).body
  expect((await call(`PATCH /v1/clusterprofiles/${uid}/publish`)).status).toBe(204)
  const profiles = [{ uid, variables: [{ name: 'token', value }] }]
  const attached = await call(`PATCH /v1/spectroclusters/${made.cluster}/profiles`, { body: { profiles } })
  expect(attached.status, attached.text).toBe(204)
  return uid
}

const setToken = async (profileUid: string, value: string): Promise<void> => {
  const body = [{ profileUid, variables: [{ name: 'token', value }] }]
  expect((await call(`PATCH /v1/spectroclusters/${made.cluster}/variables`, { body })).status).toBe(204)
}

test('a cluster tells who changed it, when, why and what, newest first and page by page', async () => {
  await setPolicy('alert', Buffer.from('too noisy at night – Ådne').toString('latin1'))
  const other = await api.newUser(made.tenant, [{ role: 'Tenant Admin' }])
  await other.call(`PUT ${path}/policy`, { body: policy('heal') })
  const { items, listmeta } = (await call(`GET ${path}/revisions`)).body
  expect(listmeta).toMatchObject({ continue: '', count: 3 })
  expect(items.map((one: Record<string, unknown>) => [one['number'], one['note'], one['summary']])).toEqual([
    [3, null, 'policy.drift: alert → heal'],
    [2, 'too noisy at night – Ådne', 'policy.drift: heal → alert'],
    [1, null, 'created'],
  ])
  expect(items[0].by).toMatchObject({ type: 'apiKey' })
  expect(items[0].by.uid).not.toBe(items[1].by.uid)
  expect(Date.parse(items[0].at)).toBeGreaterThanOrEqual(Date.parse(items[1].at))

  const first = (await call(`GET ${path}/revisions`, { query: { limit: '2' } })).body
  const rest = (await call(`GET ${path}/revisions`, { query: { limit: '2', continue: first.listmeta.continue } })).body
  expect([...first.items, ...rest.items]).toEqual(items)
  expect(rest.listmeta.continue).toBe('')
  expect((await call(`GET ${path}/revisions`, { query: { continue: 'x' } })).status).toBe(400)
})

test('one revision shows each field that it changed, texts line by line', async () => {
  const pools = `/v1/cloudconfigs/cloudTypes/local/${made.config}/machinePools`
  const body = { cloudConfig: { values: workers(5) }, poolConfig: { isControlPlane: false } }
  expect((await call(`PUT ${pools}/workers`, { body })).status).toBe(204)
  const revision = (await call(`GET ${path}/revisions/2`)).body
  expect(revision).toMatchObject({ number: 2, previous: 1, more: 0 })
  const changes = new Map(revision.changes.map((one: { path: string }) => [one.path, one]))
  expect(changes.get('machinePools[workers].size')).toEqual({
    ...{ path: 'machinePools[workers].size', change: 'changed' },
    ...{ old: 2, new: 5, lines: null },
  })
  expect(changes.get('machinePools[workers].input.cloudConfig.values')).toMatchObject({
    ...{ old: null, new: null },
    lines: expect.arrayContaining(['-  replicas: 2', '+  replicas: 5']),
  })
  expect((await call(`GET ${path}/revisions/1`)).body).toMatchObject({
    previous: null,
    changes: [],
    summary: 'created',
  })
  for (const number of ['3', '0', 'x', '99999999999999999999'])
    expect([number, (await call(`GET ${path}/revisions/${number}`)).status]).toEqual([number, 404])
})

test('a profile keeps its revisions too', async () => {
  const uid = (
    await call('POST /v1/clusterprofiles', {
      body: {
        metadata: { name: 'p' },
        spec: { version: '1.0.0', template: { cloudType: 'all', type: 'add-on', packs: [] } },
      },
    })
  ).body.uid
  const body = { variables: [{ name: 'token', displayName: 'Token', isSensitive: true, defaultValue: 'hush-one' }] }
  const changed = await call(`PUT /v1/clusterprofiles/${uid}/variables`, {
    body,
    headers: { 'atrium-note': 'a token' },
  })
  expect(changed.status, changed.text).toBe(204)
  const { items } = (await call(`GET /atrium/v1/profiles/${uid}/revisions`)).body
  expect(items.map((one: Record<string, unknown>) => [one['number'], one['note']])).toEqual([
    [2, 'a token'],
    [1, null],
  ])
  const { text } = await call(`GET /atrium/v1/profiles/${uid}/revisions/2`)
  expect(text).toContain('variables[token]')
  expect(text).toContain('********')
  expect(text).not.toContain('hush-one')
})

test('no revision shows a sensitive value or its mark, also of a variable that became sensitive later', async () => {
  const vault = await attachSensitive('hush-one')
  await setToken(vault, 'hush-two')
  const marks = JSON.stringify(await specNow()).match(/[0-9a-f]{32}/g) ?? []
  expect(marks.length).toBeGreaterThan(0)
  const { items } = (await call(`GET ${path}/revisions`)).body
  expect(items[0].summary).toBe('profiles[vault].variableValues.token changed')
  for (const { number } of items) {
    const { text } = await call(`GET ${path}/revisions/${number}`)
    for (const secret of ['hush-one', 'hush-two', ...marks]) expect(text).not.toContain(secret)
  }
  expect((await call(`GET ${path}/revisions/3`)).body.changes).toEqual([
    {
      ...{ path: 'profiles[vault].variableValues.token', change: 'changed' },
      ...{ old: '********', new: '********', lines: null },
    },
  ])
})

test('who may not read the settings of the cloud sees that they changed, not what', async () => {
  const role = await call('POST /v1/roles', {
    body: { metadata: { name: 'reader' }, spec: { scope: 'tenant', permissions: ['cluster.get'] } },
  })
  const reader = await api.newUser(made.tenant, [{ role: 'Tenant Admin' }])
  await api.context.identity.setRoleBindings(
    { tenant: made.tenant, actor: { type: 'system', uid: 't', name: 't' } },
    reader.uid,
    [{ project: null, roleUids: [role.body.uid] }],
  )
  const body = { cloudConfig: { values: workers(5) }, poolConfig: { isControlPlane: false } }
  await call(`PUT /v1/cloudconfigs/cloudTypes/local/${made.config}/machinePools/workers`, { body })
  const { text } = await reader.call(`GET ${path}/revisions/2`)
  expect(text).toContain('machinePools[workers].input')
  expect(text).not.toContain('replicas')
  expect((await call(`GET ${path}/revisions/2`)).text).toContain('replicas')
})

test('a rollback writes the former spec as a new revision; a dry run only tells what that would change', async () => {
  const before = await specNow()
  await setPolicy('alert')
  const pools = `/v1/cloudconfigs/cloudTypes/local/${made.config}/machinePools`
  expect((await call(`DELETE ${pools}/workers`)).status).toBe(204)
  const removed = await call(`DELETE /v1/spectroclusters/${made.cluster}/profiles`, {
    body: { profileUids: [made.addon] },
  })
  expect(removed.status, removed.text).toBe(204)
  const changed = await specNow()

  const dry = await rollback({ to: 1, dryRun: true })
  expect(dry.status, dry.text).toBe(200)
  expect(dry.body.problems).toEqual([])
  expect(dry.body.layers.map(({ id, change }: Record<string, string>) => [id, change])).toEqual([
    ['infra/infra-layer', 'unchanged'],
    ['web/web-layer', 'added'],
  ])
  expect(await specNow()).toEqual(changed)

  const done = await rollback({ to: 1, note: 'that went wrong' })
  expect([done.status, done.body]).toEqual([200, dry.body])
  expect(await specNow()).toEqual(before)
  const { items } = (await call(`GET ${path}/revisions`)).body
  expect(items[0]).toMatchObject({ number: 5, note: 'that went wrong' })
  const inUse = await call(`DELETE /v1/clusterprofiles/${made.addon}`)
  expect([inUse.status, inUse.body.code], 'what came back is referred to again').toEqual([409, 'ResourceInUse'])
  const again = await rollback({ to: 1 })
  expect([again.status, again.body.message]).toEqual([400, 'to: revision 1 is what the cluster declares already.'])
  expect((await rollback({ to: 77 })).body.message).toMatch(/^to: revision 77 is not kept/)
  expect((await rollback({ to: 4, note: 'two\nlines' })).body.message).toMatch(/^note: /)
})

test('a rollback brings back what still is: neither a profile nor a sensitive value that is gone', async () => {
  const vault = await attachSensitive('hush-one')
  await setPolicy('alert')
  const removed = await call(`DELETE /v1/spectroclusters/${made.cluster}/profiles`, {
    body: { profileUids: [made.addon] },
  })
  expect(removed.status).toBe(204)
  const kept = await rollback({ to: 2 })
  expect(kept.status, 'its value is in force, so it can come back').toBe(200)
  await setToken(vault, 'hush-two')
  const present = await specNow()
  const lost = await rollback({ to: 2 })
  expect([lost.status, lost.body.code]).toEqual([409, 'InvalidState'])
  expect(lost.body.message).toContain('profiles[vault].variableValues.token: the sensitive value of then is not kept')

  await call(`DELETE /v1/spectroclusters/${made.cluster}/profiles`, { body: { profileUids: [made.addon] } })
  expect((await call(`DELETE /v1/clusterprofiles/${made.addon}`)).status).toBe(204)
  for (const dryRun of [true, false]) {
    const gone = await rollback({ to: 1, dryRun })
    expect([gone.status, gone.body.code]).toEqual([409, 'InvalidState'])
    expect(gone.body.message).toMatch(/profiles\[web\]: profile 'web' 1\.0\.0 .* no longer exists/)
  }
  expect((await specNow())?.profiles.map(({ name }) => name)).toEqual(
    present?.profiles.map(({ name }) => name).filter((name) => name !== 'web'),
  )
})

test('a viewer reads revisions and rolls nothing back; another tenant learns nothing', async () => {
  await setPolicy('alert')
  const viewer = await api.newUser(made.tenant, [{ role: 'Project Viewer', project: made.project }])
  expect((await viewer.call(`GET ${path}/revisions`)).status).toBe(200)
  for (const dryRun of [true, false]) expect((await rollback({ to: 1, dryRun }, viewer.call)).status).toBe(403)
  const stranger = await api.newTenant()
  for (const route of [`GET ${path}/revisions`, `GET ${path}/revisions/1`])
    expect((await stranger.call(route)).status).toBe(404)
  expect((await rollback({ to: 1 }, stranger.call)).status).toBe(404)
})

test('a note is read at every door and refused there when it cannot be kept', async () => {
  const refused = await call(`PUT ${path}/policy`, {
    body: policy('alert'),
    headers: { 'atrium-note': 'x'.repeat(501) },
  })
  expect([refused.status, refused.body.message]).toEqual([400, 'Atrium-Note: has 501 characters; 500 are allowed.'])
  expect((await specNow())?.policy.drift).toBe('heal')
})
