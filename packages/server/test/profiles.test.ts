import { seedCatalogue, shippedPackUid } from '@atrium/dev-env/catalogue.ts'
import { publicRegistryUid } from '@atrium/server/content/public-registry.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, openTestApi, type TestApi } from './support/api.ts'

let api: TestApi
let call: Caller
let project: string
const inProject = () => ({ ProjectUid: project })

beforeAll(async () => {
  api = await openTestApi()
  await seedCatalogue(api.context.store)
  const tenant = await api.newTenant()
  call = tenant.call
  project = tenant.project.uid
})
afterAll(() => api.close())

const hello = (over: object = {}) => ({
  name: 'hello-atrium',
  tag: '1.0.0',
  type: 'spectro',
  registryUid: publicRegistryUid,
  uid: shippedPackUid('hello-atrium', '1.0.0'),
  values:
    '# spectrocloud.com/enabled-presets: Access:internal\ncharts:\n  hello-atrium:\n    greeting:   "x"  # odd   spacing\n',
  ...over,
})
const manifest = (name: string, content: string) => ({
  name,
  type: 'manifest',
  uid: 'spectro-manifest-pack',
  tag: '1.0.0',
  registryUid: '',
  values: '',
  manifests: [{ name: `${name}-objects`, content }],
})
const entity = (name: string, packs: unknown[] | null, spec: object = {}, template: object = {}) => ({
  metadata: {
    name,
    labels: { team: 'spectro__tag' },
    annotations: { description: '' },
    creationTimestamp: '0001-01-01T00:00:00.000Z',
  },
  spec: { template: { cloudType: 'all', type: 'add-on', packs, ...template }, variables: null, ...spec },
})
async function create(name: string, packs: unknown[], spec: object = {}, template: object = {}): Promise<string> {
  const answer = await call('POST /v1/clusterprofiles', {
    headers: inProject(),
    body: entity(name, packs, spec, template),
  })
  expect(answer).toMatchObject({ status: 201 })
  return answer.body.uid
}
const read = async (uid: string) => (await call(`GET /v1/clusterprofiles/${uid}`)).body

describe('a cluster profile', () => {
  it('is read back as it was sent: order, texts, tags, version 1.0.0, published from the start', async () => {
    const content = 'kind: ConfigMap # {{ $labels.x }}\n'
    const uid = await create('echo', [manifest('b', content), hello(), manifest('a', 'kind: Secret')])
    const profile = await read(uid)
    expect(profile.metadata).toMatchObject({ name: 'echo', labels: { team: 'spectro__tag' } })
    expect(profile.metadata.annotations).toMatchObject({ description: '', scope: 'project' })
    expect(profile.spec).toMatchObject({ version: '1.0.0', versions: [{ uid, version: '1.0.0' }] })
    expect(profile.spec.published).toMatchObject({ cloudType: 'all', type: 'add-on', profileVersion: '1.0.0' })
    const { packs } = profile.spec.published
    expect(packs.map((pack: { name: string }) => pack.name)).toEqual(['b', 'hello-atrium', 'a'])
    expect(packs[1]).toMatchObject({
      packUid: shippedPackUid('hello-atrium', '1.0.0'),
      values: hello().values,
      layer: 'addon',
    })
    expect(profile.status.isPublished).toBe(false)
    // Clients keep contents by packUid: each manifest layer has one of its own, under which it answers.
    expect(packs[0].packUid).not.toBe(packs[2].packUid)
    for (const pack of packs)
      expect((await call(`GET /v1/packs/${pack.packUid}`)).body.registryUid).toBe(pack.registryUid)
    const manifests = await call(`GET /v1/clusterprofiles/${uid}/packs/b/manifests`)
    expect(manifests.body.items).toEqual([
      { metadata: { uid: packs[0].manifests[0].uid, name: 'b-objects' }, spec: { published: { content } } },
    ])
  })

  it('is updated in place: manifests keep their uids, a changed tag wins over the uid sent with it', async () => {
    const uid = await create('update', [hello(), manifest('m', 'a: 1')])
    await call(`PATCH /v1/clusterprofiles/${uid}/publish`)
    const [, before] = (await read(uid)).spec.published.packs
    const packs = [
      hello({ tag: '1.1.0', values: 'a: 1' }),
      { ...manifest('m', ''), uid: before.packUid, manifests: [{ ...before.manifests[0], content: 'a: 2' }] },
    ]
    const answer = await call(`PUT /v1/clusterprofiles/${uid}`, {
      body: { metadata: { name: 'update', uid }, spec: { version: '1.0.1', template: { type: 'add-on', packs } } },
    })
    expect(answer.status).toBe(204)
    const profile = await read(uid)
    expect(profile.spec.version).toBe('1.0.1')
    expect(profile.metadata.labels).toEqual({ team: 'spectro__tag' })
    expect(profile.spec.published.packs[0]).toMatchObject({
      version: '1.1.0',
      packUid: shippedPackUid('hello-atrium', '1.1.0'),
    })
    expect(profile.spec.published.packs[1]).toMatchObject({ packUid: before.packUid, manifests: before.manifests })
    expect((await call(`GET /v1/clusterprofiles/${uid}/packs/m/manifests`)).body.items[0].spec.published.content).toBe(
      'a: 2',
    )
    const patched = await call(`PATCH /v1/clusterprofiles/${uid}/metadata`, {
      body: {
        metadata: { name: 'renamed', labels: { a: 'b' }, annotations: { description: 'd' } },
        spec: { version: '1.0.2' },
      },
    })
    expect(patched.status).toBe(204)
    expect((await read(uid)).metadata).toMatchObject({ name: 'renamed', labels: { a: 'b' } })
  })

  it('is published with its creation when that is asked for, or not made at all', async () => {
    const publish = (name: string, packs: unknown[], template: object = {}) =>
      call('POST /v1/clusterprofiles', {
        headers: inProject(),
        query: { publish: 'true' },
        body: entity(name, packs, {}, template),
      })
    const made = await publish('at-once', [hello()])
    expect(made.status, made.text).toBe(201)
    expect((await read(made.body.uid)).status.isPublished).toBe(true)
    const refused = await publish('unfinished', [manifest('m', 'a: 1')], { type: 'cluster' })
    expect(refused.body).toMatchObject({ code: 'InvalidState', message: expect.stringContaining('no k8s layer') })
    const { body } = await call('GET /v1/dashboard/clusterprofiles/metadata', { headers: inProject() })
    const names = body.items.map((item: { metadata: { name: string } }) => item.metadata.name)
    expect([names.includes('at-once'), names.includes('unfinished')]).toEqual([true, false])
  })

  it('has a lineage: versions under one name, each listed; a version exists once', async () => {
    const first = await create('lineage', [hello()])
    const clone = await call(`POST /v1/clusterprofiles/${first}/clone`, {
      headers: inProject(),
      body: { metadata: { name: 'lineage', version: '1.10.0' } },
    })
    expect(clone.status).toBe(201)
    const second = await create('lineage', [hello()], { version: '1.9.0' })
    expect((await read(first)).spec.versions).toEqual([
      { uid: first, version: '1.0.0' },
      { uid: second, version: '1.9.0' },
      { uid: clone.body.uid, version: '1.10.0' },
    ])
    const twice = await call('POST /v1/clusterprofiles', { headers: inProject(), body: entity('lineage', [hello()]) })
    expect(twice).toMatchObject({ status: 409, body: { code: 'DuplicateName' } })
    const { body } = await call('GET /v1/dashboard/clusterprofiles/metadata', { headers: inProject() })
    const versions = body.items.filter((item: { metadata: { name: string } }) => item.metadata.name === 'lineage')
    expect(versions.map((item: { spec: { version: string } }) => item.spec.version).sort()).toEqual([
      '1.0.0',
      '1.10.0',
      '1.9.0',
    ])
  })

  it('keeps its variables in order, masks sensitive defaults, and refuses undefined ones with their line', async () => {
    const values = "# {{.spectro.var.comment}}\na: 1\nb: '{{ .spectro.var.port }}'\n"
    const packs = [hello({ values })]
    const missing = await call('POST /v1/clusterprofiles', { headers: inProject(), body: entity('vars', packs) })
    expect(missing).toMatchObject({ status: 422, body: { code: 'PackVariablesUndefined' } })
    expect(missing.body.details.missing).toEqual([
      { layer: 'hello-atrium', variable: 'port', place: 'values', line: 3 },
    ])
    const variables = [
      { name: 'port', format: 'number', defaultValue: '80', options: null },
      { name: 'secret', isSensitive: true, defaultValue: 'hunter2', inputType: 'text' },
    ]
    const uid = await create('vars', packs, { variables })
    const got = async () => (await call(`GET /v1/clusterprofiles/${uid}/variables`)).body.variables
    expect(await got()).toMatchObject([
      { name: 'port', defaultValue: '80' },
      { name: 'secret', defaultValue: '********' },
    ])
    const patch = await call(`PATCH /v1/clusterprofiles/${uid}/variables`, {
      body: {
        variables: [
          { name: 'size', inputType: 'dropdown', options: [{ value: 's', label: 'Small' }] },
          { ...variables[1], defaultValue: '********' },
        ],
      },
    })
    expect(patch.status).toBe(204)
    expect((await got()).map((variable: { name: string }) => variable.name)).toEqual(['port', 'secret', 'size'])
    const stored = await api.context.store.transaction(
      (await call('GET /v1/users/info')).body.tenantUid,
      { type: 'system', uid: 't', name: 't' },
      (tx) => tx.get('ClusterProfile', uid),
    )
    expect(JSON.stringify(stored)).not.toContain('hunter2')
    expect(stored?.spec.variables[1]?.sealedDefault).toMatch(/^[0-9a-f]{32}$/)
    const wrong = await call(`PUT /v1/clusterprofiles/${uid}/variables`, {
      body: { variables: [{ name: 'port', format: 'number', defaultValue: 'eighty' }] },
    })
    expect(wrong).toMatchObject({ status: 400, body: { details: { field: 'spec.variables[0].defaultValue' } } })
    const used = await call(`DELETE /v1/clusterprofiles/${uid}/variables`, { body: { variables: ['port'] } })
    expect(used.body.code).toBe('PackVariablesUndefined')
  })

  it.each([
    ['an unknown pack', [hello({ name: 'nothing', uid: '' })], 'spec.template.packs[0].name'],
    ['an unknown version', [hello({ uid: '', tag: '9.9.9' })], 'spec.template.packs[0].tag'],
    [
      'values that are no YAML',
      [hello(), manifest('m', ''), { ...manifest('v', ''), values: 'a: [1' }],
      'spec.template.packs[2].values',
    ],
    ['a layer twice', [manifest('m', ''), manifest('m', '')], 'spec.template.packs[1].name'],
    ['infrastructure in an add-on', [{ name: 'local-cni', tag: '1.0.0' }], 'spec.template.packs[0].layer'],
  ])('%s is refused, naming the field', async (_what, packs, field) => {
    const answer = await call('POST /v1/clusterprofiles', { headers: inProject(), body: entity('wrong', packs) })
    expect(answer).toMatchObject({ status: 400, body: { code: 'InvalidRequest', details: { field } } })
  })

  it('takes floating tags and aliases', async () => {
    const uid = await create('floating', [hello({ name: 'second--hello-atrium', uid: '', tag: '1.x' })])
    expect((await read(uid)).spec.published.packs[0]).toMatchObject({
      name: 'second--hello-atrium',
      tag: '1.x',
      version: '1.1.0',
    })
  })

  it('of type infra needs Kubernetes before it is published', async () => {
    const template = { type: 'infra', cloudType: 'local' }
    const uid = await create('infra', [{ name: 'local-os', tag: '1.0.0' }], {}, template)
    const early = await call(`PATCH /v1/clusterprofiles/${uid}/publish`)
    expect(early).toMatchObject({ status: 409, body: { code: 'InvalidState' } })
    const packs = ['local-os', 'kubernetes', 'local-cni', 'local-csi'].map((name) => ({
      name,
      tag: name === 'kubernetes' ? '1.34.x' : '1.0.0',
    }))
    await call(`PUT /v1/clusterprofiles/${uid}`, { body: { spec: { template: { type: 'infra', packs } } } })
    expect((await call(`PATCH /v1/clusterprofiles/${uid}/publish`)).status).toBe(204)
    expect((await read(uid)).status.isPublished).toBe(true)
    const results = await call(`POST /v1/clusterprofiles/${uid}/validate/packs`, { body: { packs } })
    expect(results.body.packs.results).toHaveLength(4)
    expect(results.body.packs.results.flatMap((result: { errors: unknown[] }) => result.errors)).toEqual([])
  })

  it('is exported whole, with the contents of its manifests', async () => {
    const uid = await create('export', [manifest('m', 'a: 1'), hello()])
    const json = await call(`GET /v1/clusterprofiles/${uid}/export`)
    expect(json.status).toBe(200)
    expect(JSON.parse(json.text)).toMatchObject({
      metadata: { name: 'export' },
      spec: { template: { packs: [{ name: 'm', manifests: [{ content: 'a: 1' }] }, { values: hello().values }] } },
    })
    expect((await call(`GET /v1/clusterprofiles/${uid}/export`, { query: { format: 'yaml' } })).text).toContain(
      'name: export',
    )
  })

  it('is deleted, and then gone as clients expect it; a name in place of a uid is not found either', async () => {
    const uid = await create('gone', [hello()])
    expect((await call(`DELETE /v1/clusterprofiles/${uid}`)).status).toBe(204)
    for (const id of [uid, 'some name'])
      expect(await call(`GET /v1/clusterprofiles/${encodeURIComponent(id)}`)).toMatchObject({
        status: 404,
        body: { code: 'ResourceNotFound' },
      })
  })

  it('belongs to its tenant: another one neither sees nor changes it', async () => {
    const uid = await create('private', [manifest('m', 'a: 1')])
    const { packUid } = (await read(uid)).spec.published.packs[0]
    const other = await api.newTenant()
    for (const route of [
      `GET /v1/clusterprofiles/${uid}`,
      `DELETE /v1/clusterprofiles/${uid}`,
      `GET /v1/packs/${packUid}`,
    ])
      expect((await other.call(route)).status).toBe(404)
  })
})
