import type { PackSpec } from '@atrium/api/kinds/pack.ts'
import { seedCatalogue } from '@atrium/dev-env/catalogue.ts'
import { FakeCloud } from '@atrium/provider-inmemory/cloud.ts'
import { createInMemoryProvider } from '@atrium/provider-inmemory/provider.ts'
import { parsePool } from '@atrium/provider-local/provider/parse-pool.ts'
import { systemTenant } from '@atrium/runtime/store/store.ts'
import { publicRegistryUid } from '@atrium/server/content/public-registry.ts'
import { contentActor } from '@atrium/server/content/tenant.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, openTestApi, type TestApi } from './support/api.ts'
import { pool, webPack, webValues } from './support/layer-packs.ts'

let api: TestApi
let call: Caller
let account: string
let infra: string
const packUids = new Map<string, string>()

beforeAll(async () => {
  const cloud = createInMemoryProvider(new FakeCloud())
  const provider = { ...cloud, cloudType: 'local', parsePool, machineCapacity: () => ({ cpu: 4000, memory: 8192 }) }
  api = await openTestApi({ providers: [provider] })
  await seedCatalogue(api.context.store)
  await addPack('web', '1.0.0', { ...webPack, values: webValues('1') })
  await addPack('web', '2.0.0', { ...webPack, values: `${webValues('2')}    probe: true\n` })
  await addPack('web', '3.0.0', {
    ...webPack,
    values: webValues('3'),
    constraints: { dependencies: [{ packName: 'web', layer: 'addon', minVersion: '2', type: 'upgrade' }] },
  })
  await addPack('shop', '1.0.0', {
    values: 'cpu: 500m\ncount: 2\n',
    constraints: {
      dependencies: [
        { packName: 'web', layer: 'addon', minVersion: '2', type: 'required' },
        { packName: 'kubernetes', layer: 'k8s', minVersion: '1.30', type: 'required' },
      ],
      resources: [
        {
          type: 'cpu',
          minLimit: 1,
          components: [{ resourceRequestParamRef: 'cpu', replicaCountParamRef: 'count', scheduleType: 'worker' }],
        },
      ],
    },
  })
  const dependencies = (dependency: object) => ({ values: '', constraints: { dependencies: [dependency] } })
  await addPack('lonely', '1.0.0', dependencies({ packName: 'web', layer: 'addon', type: 'notSupported' }))
  await addPack('vault', '1.0.0', dependencies({ packName: 'local-csi', layer: 'csi', type: 'required' }))
  const tenant = await api.newTenant()
  call = (route, more) => tenant.call(route, { ...more, headers: { ProjectUid: tenant.project.uid } })
  const made = await call('POST /v1/cloudaccounts/cloudTypes/local', {
    body: { metadata: { name: 'mine', annotations: { overlordUid: '' } }, spec: { credentials: {} } },
  })
  account = made.body.uid
  infra = await newProfile('infra', [{ name: 'kubernetes', tag: '1.34.4' }], { type: 'infra' })
})
afterAll(() => api.close())

async function addPack(name: string, version: string, over: Partial<PackSpec>): Promise<void> {
  const spec: PackSpec = {
    ...{
      registryUid: publicRegistryUid,
      version,
      displayName: name,
      layer: 'addon',
      addonType: '',
      cloudTypes: ['all'],
    },
    ...{ repository: `packs/${name}`, digest: `sha256:${version}`, values: '', readme: '', presets: [], schema: null },
    ...{ annotations: {}, constraints: null },
    ...over,
  }
  const { meta } = await api.context.store.transaction(systemTenant, contentActor, (tx) =>
    tx.create({ kind: 'Pack', project: null, name, owner: { kind: 'Registry', uid: publicRegistryUid }, spec }),
  )
  packUids.set(`${name}@${version}`, meta.uid)
}

const layersOf = (packs: object[]) =>
  packs.map((pack) => ({ registryUid: publicRegistryUid, type: 'spectro', ...pack }))

async function newProfile(name: string, packs: object[], { type = 'add-on', variables = [] as object[] } = {}) {
  const template = { cloudType: 'all', type, packs: layersOf(packs) }
  const created = await call('POST /v1/clusterprofiles', {
    body: { metadata: { name }, spec: { version: '1.0.0', template, variables } },
  })
  expect(created.status, created.text).toBe(201)
  expect((await call(`PATCH /v1/clusterprofiles/${created.body.uid}/publish`)).status).toBe(204)
  return created.body.uid as string
}

const newCluster = (name: string, profiles: object[], size = 1) =>
  call('POST /v1/spectroclusters/cloudTypes/local', {
    body: {
      metadata: { name },
      spec: {
        cloudAccountUid: account,
        cloudConfig: { values: '' },
        machinepoolconfig: [
          {
            cloudConfig: { values: pool },
            poolConfig: { name: 'cp', size, isControlPlane: true, useControlPlaneAsWorker: true },
          },
        ],
        profiles,
      },
    },
  })
const valuesOf = async (profile: string) =>
  (await call(`GET /v1/clusterprofiles/${profile}`)).body.spec.published.packs[0].values as string

describe('a pack with another version', () => {
  it('merges values: the new default where you changed nothing, yours where you did, and every other letter', async () => {
    const mine = webValues('1').replace('replicas: 1', 'replicas: 5   # many')
    const uid = await newProfile('merge', [{ name: 'web', tag: '1.0.0', values: mine }])
    const answer = await call(`POST /atrium/v1/profiles/${uid}/packs/web/upgrade`, { body: { tag: '2.x' } })
    expect(answer.body).toMatchObject({
      ...{ from: '1.0.0', to: '2.0.0', packUid: packUids.get('web@2.0.0'), saved: true, conflicts: [] },
      taken: ['charts.web.tag', 'charts.web.probe'],
    })
    const expected = `${mine.replace('"1"', '"2"')}    probe: true\n`
    expect(await valuesOf(uid)).toBe(expected)
    const [pack] = (await call(`GET /v1/clusterprofiles/${uid}`)).body.spec.published.packs
    expect(pack).toMatchObject({ tag: '2.x', version: '2.0.0', packUid: packUids.get('web@2.0.0') })
  })

  it('lists conflicts and stores nothing until somebody decides', async () => {
    const mine = webValues('mine')
    const uid = await newProfile('conflict', [{ name: 'web', tag: '1.0.0', values: mine }])
    const upgrade = (body: object) =>
      call(`POST /atrium/v1/profiles/${uid}/packs/web/upgrade`, { body: { tag: '2.0.0', ...body } })
    const told = await upgrade({})
    const conflict = {
      path: 'charts.web.tag',
      line: 7,
      old: '    tag: "1"',
      yours: '    tag: "mine"',
      new: '    tag: "2"',
    }
    expect(told.body).toMatchObject({ saved: false, conflicts: [conflict] })
    expect(await valuesOf(uid)).toBe(mine)
    expect((await upgrade({ prefer: 'new', dryRun: true })).body.saved).toBe(false)
    expect(await valuesOf(uid)).toBe(mine)
    expect((await upgrade({ prefer: 'yours' })).body.saved).toBe(true)
    expect(await valuesOf(uid)).toBe(`${mine}    probe: true\n`)
    expect((await upgrade({ tag: '9' })).status).toBe(400)
    expect((await call(`POST /atrium/v1/profiles/${uid}/packs/none/upgrade`, { body: { tag: '1' } })).status).toBe(404)
  })
})

it('presets are chosen and remembered in the text', async () => {
  const uid = await newProfile('presets', [{ name: 'web', tag: '1.0.0', values: webValues('1') }])
  const choose = (presets: string[]) => call(`POST /atrium/v1/profiles/${uid}/packs/web/presets`, { body: { presets } })
  expect((await choose(['Size:large'])).body).toMatchObject({
    enabled: [{ group: 'Size', name: 'large' }],
    saved: true,
  })
  expect(await valuesOf(uid)).toBe(
    `# spectrocloud.com/enabled-presets: Size:large\n${webValues('1').replace('replicas: 1', 'replicas: 9')}`,
  )
  expect((await choose(['Size:huge'])).text).toContain("no preset 'Size:huge'")
})

describe('what packs ask for', () => {
  it('is told for a profile before it is saved, each with code and message', async () => {
    const packs = layersOf([
      { name: 'shop', tag: '1.0.0', values: '' },
      { name: 'web', tag: '1.0.0', values: webValues('1').replace('replicas: 1', 'replicas: 10') },
    ])
    const answer = await call('POST /v1/clusterprofiles/validate/packs', {
      body: { cloudType: 'all', type: 'add-on', packs },
    })
    expect(answer.body.packs.results).toMatchObject([
      { name: 'shop', errors: [{ code: 'DependencyVersion', message: expect.stringContaining('there is 1.0.0') }] },
      { name: 'web', errors: [{ code: 'ValuesInvalid', message: expect.stringMatching(/values.yaml:6 .*How many/) }] },
    ])
    const alone = await call('POST /v1/clusterprofiles/validate/packs', {
      body: { cloudType: 'all', type: 'cluster', packs: packs.slice(0, 1) },
    })
    expect(alone.body.packs.results[0].errors.map((error: { code: string }) => error.code)).toEqual([
      'DependencyMissing',
      'DependencyMissing',
    ])
  })

  it('is asked when a profile is saved: what no other profile of a cluster could cure is refused', async () => {
    const web = (version: string) => ({ name: 'web', tag: version, values: '' })
    const [shop, lonely, vault] = ['shop', 'lonely', 'vault'].map((name) => ({ name, tag: '1.0.0', values: '' }))
    const save = (name: string, packs: unknown[], type = 'add-on') =>
      call('POST /v1/clusterprofiles', {
        body: {
          metadata: { name },
          spec: { template: { cloudType: 'all', type, packs: layersOf(packs as object[]) } },
        },
      })
    const change = (uid: string, packs: unknown[], type = 'add-on') =>
      call(`PUT /v1/clusterprofiles/${uid}`, {
        body: { spec: { template: { type, packs: layersOf(packs as object[]) } } },
      })
    const findings = (answer: { status: number; body: { code: string; details: { problems: object[] } } }) => {
      expect(answer).toMatchObject({ status: 422, body: { code: 'PackConstraintsUnmet' } })
      return answer.body.details.problems
    }
    const names = async () =>
      (await call('GET /v1/dashboard/clusterprofiles/metadata')).body.items.map(
        ({ metadata }: { metadata: { name: string } }) => metadata.name,
      )
    const message = expect.stringContaining("needs pack 'web' (layer addon) in version 2 to any; there is 1.0.0")
    expect(findings(await save('misfit', [shop, web('1.0.0')]))).toEqual([
      { layer: 'shop', code: 'DependencyVersion', message },
    ])
    expect(await names()).not.toContain('misfit')
    // Another profile of the cluster may bring it.
    const alone = await newProfile('alone', [shop as object])
    const told = await call(`POST /v1/clusterprofiles/${alone}/validate/packs`)
    expect(told.body.packs.results).toMatchObject([{ name: 'shop', errors: [{ code: 'DependencyMissing' }] }])
    expect((await change(alone, [shop, web('2.0.0')])).status).toBe(204)
    expect(findings(await change(alone, [shop, web('2.0.0'), lonely]))).toMatchObject([
      { layer: 'lonely', code: 'DependencyNotSupported' },
    ])
    const back = await call(`POST /atrium/v1/profiles/${alone}/packs/web/upgrade`, { body: { tag: '1.0.0' } })
    expect(findings(back)).toMatchObject([{ layer: 'shop', code: 'DependencyVersion' }])
    expect((await call(`GET /v1/clusterprofiles/${alone}`)).body.spec.published.packs).toMatchObject([
      { name: 'shop' },
      { name: 'web', version: '2.0.0' },
    ])
    // Infrastructure comes from one profile: a draft may lack it, what clusters use may not.
    const kubernetes = { name: 'kubernetes', tag: '1.34.4' }
    const draft = (await save('draft', [kubernetes, vault], 'cluster')).body.uid
    const publish = () => call(`PATCH /v1/clusterprofiles/${draft}/publish`)
    expect(findings(await publish())).toMatchObject([{ layer: 'vault', code: 'DependencyMissing' }])
    const whole = [kubernetes, { name: 'local-csi', tag: '1.0.0' }, vault]
    expect((await change(draft, whole, 'cluster')).status).toBe(204)
    expect((await publish()).status).toBe(204)
    expect(findings(await change(draft, [kubernetes, vault], 'cluster'))).toHaveLength(1)
  })

  it('does not keep a profile from being changed for what did not fit before', async () => {
    await addPack('base', '1.0.0', {})
    const packs = [
      { name: 'base', tag: '1.0.0', values: '' },
      { name: 'web', tag: '1.0.0', values: '' },
    ]
    const uid = await newProfile('became-misfit', packs)
    const constraints = { dependencies: [{ packName: 'web', layer: 'addon', type: 'notSupported' }] }
    const base = packUids.get('base@1.0.0') ?? ''
    await api.context.store.transaction(systemTenant, contentActor, async (tx) => {
      const pack = await tx.get('Pack', base)
      if (pack) await tx.update('Pack', base, { spec: { ...pack.spec, constraints } })
    })
    const more = { name: 'shop', tag: '1.0.0', values: '' }
    const change = (next: object[]) =>
      call(`PUT /v1/clusterprofiles/${uid}`, {
        body: { spec: { template: { type: 'add-on', packs: layersOf(next) } } },
      })
    expect((await change([packs[0] as object, { ...packs[1], values: webValues('1') }])).status).toBe(204)
    expect((await change([...packs, more])).body.details.problems).toMatchObject([{ layer: 'shop' }])
    expect((await change([...packs, { name: 'lonely', tag: '1.0.0' }])).body.details.problems).toHaveLength(1)
  })

  it('is asked when profiles are attached: of other packs, of the machines, and of the version before', async () => {
    const shop = await newProfile('shop', [{ name: 'shop', tag: '1.0.0', values: '' }])
    const refused = await newCluster('refused', [{ uid: infra }, { uid: shop }])
    expect(refused.status, refused.text).toBe(422)
    expect(refused.body).toMatchObject({
      code: 'PackConstraintsUnmet',
      details: { problems: [{ code: 'DependencyMissing', layer: 'shop/shop', profileUid: shop }] },
    })
    const web = await newProfile('web', [{ name: 'web', tag: '2.0.0', values: webValues('2') }])
    const greedy = [{ uid: shop, packValues: [{ name: 'shop', values: 'cpu: 3\ncount: 2\n' }] }, { uid: web }]
    expect((await newCluster('greedy', [{ uid: infra }, ...greedy])).body.details.problems).toMatchObject([
      { code: 'ResourcesInsufficient', message: expect.stringMatching(/needs 6000 millicores.*have 4000/) },
    ])
    const made = await newCluster('made', [{ uid: infra }, { uid: shop }, { uid: web }])
    expect(made.status, made.text).toBe(201)
    const old = await newProfile('old', [{ name: 'web', tag: '1.0.0', values: webValues('1') }])
    const attach = (profiles: object[]) => ({ body: { profiles } })
    const told = await call(
      `POST /v1/spectroclusters/${made.body.uid}/validate/packs`,
      attach([{ uid: old, replaceWithProfile: web }]),
    )
    expect(told.body.profiles).toMatchObject([{ uid: old, packs: { results: [{ name: 'web', errors: [] }] } }])
    const changed = await call(
      `PATCH /v1/spectroclusters/${made.body.uid}/profiles`,
      attach([{ uid: old, replaceWithProfile: web }]),
    )
    expect(changed.body.details.problems).toMatchObject([{ code: 'DependencyVersion', layer: 'shop/shop' }])
    const free = await newCluster('free', [{ uid: infra }, { uid: old }])
    const next = await newProfile('next', [{ name: 'web', tag: '3.0.0', values: webValues('3') }])
    const skipped = await call(
      `PATCH /v1/spectroclusters/${free.body.uid}/profiles`,
      attach([{ uid: next, replaceWithProfile: old }]),
    )
    expect(skipped.body.details.problems).toMatchObject([{ code: 'DependencyUpgrade', layer: 'next/web' }])
    expect((await newCluster('fresh', [{ uid: infra }, { uid: next }])).status).toBe(201)
    const before = await call('POST /v1/spectroclusters/validate/packs', attach([{ uid: infra }, { uid: shop }]))
    expect(before.body.profiles[1].packs.results[0].errors).toMatchObject([{ code: 'DependencyMissing' }])
  })
})

describe('variables', () => {
  const variables = [
    { name: 'size', required: true, regex: '^[0-9]+$' },
    { name: 'mode', inputType: 'dropdown', options: [{ value: 'a' }, { value: 'b' }], defaultValue: 'a' },
    { name: 'fixed', immutable: true, defaultValue: 'x' },
    { name: 'secret', isSensitive: true, format: 'number' },
  ]

  it('are checked when a cluster is made and when it changes; values are not repeated', async () => {
    const uid = await newProfile('vars', [{ name: 'web', tag: '1.0.0', values: webValues('1') }], { variables })
    const give = (values: Record<string, string>) => [
      { uid: infra },
      { uid, variables: Object.entries(values).map(([name, value]) => ({ name, value })) },
    ]
    const refusal = async (values: Record<string, string>) => {
      const answer = await newCluster(`vars-${Object.keys(values).join('-') || 'none'}`, give(values))
      expect(answer.status, answer.text).toBe(400)
      return answer.text
    }
    expect(await refusal({})).toMatch(/variable 'size' of profile 'vars' has no value/)
    expect(await refusal({ size: 'tiny' })).toContain('must match ^[0-9]+$')
    expect(await refusal({ size: '1', mode: 'c' })).toContain('must be one of a, b')
    expect(await refusal({ size: '1', fixed: 'y' })).toContain("'fixed' of profile 'vars' is read-only")
    const hidden = await refusal({ size: '1', secret: 'hunter2' })
    expect(hidden).toContain('must be a number')
    expect(hidden).not.toContain('hunter2')
    const made = await newCluster('vars', give({ size: '1', secret: '42' }))
    expect(made.status, made.text).toBe(201)
    const change = (values: object[]) =>
      call(`PATCH /v1/spectroclusters/${made.body.uid}/variables`, { body: [{ profileUid: uid, variables: values }] })
    expect((await change([{ name: 'size', value: 'x' }])).status).toBe(400)
    expect((await change([{ name: 'secret', value: 'x' }])).status).toBe(400)
    expect((await change([{ name: 'size', value: '2' }])).status).toBe(204)
  })
})

it('resolved values are filled in as far as they are known, with secrets masked', async () => {
  const values = webValues('1')
    .replace("password: ''", "password: 'hunter2hunter2'")
    .replace('"1"', '"{{.spectro.var.tag}}-{{.spectro.macro.domain}}-{{.spectro.system.cluster.name}}"')
    .replace('# how many', '# {{.spectro.var.none}} {{.spectro.system.user.email}} {{.spectro.var.token}}')
  const variables = [
    { name: 'tag', defaultValue: 'v1' },
    { name: 'token', isSensitive: true, defaultValue: 'top-secret' },
  ]
  const uid = await newProfile('resolved', [{ name: 'web', tag: '1.0.0', values }], { variables })
  const { tenantUid } = (await call('GET /v1/users/info')).body
  await call(`POST /v1/tenants/${tenantUid}/macros`, { body: { macros: [{ name: 'domain', value: 'example.org' }] } })
  expect((await call('GET /v1/clusterprofiles/macros')).body.macros).toEqual([{ name: 'domain', value: 'example.org' }])
  const alone = (await call(`GET /v1/clusterprofiles/${uid}/packs/resolvedValues`)).body.resolved.web
  expect(alone).toContain('tag: "v1-example.org-{{.spectro.system.cluster.name}}"')
  expect(alone).toContain("password: '[secret]'")
  const made = await newCluster('resolved', [{ uid: infra }, { uid }])
  expect(made.status, made.text).toBe(201)
  const path = `GET /v1/spectroclusters/${made.body.uid}/packs/resolvedValues`
  const there = (await call(path)).body.profiles.find((one: { uid: string }) => one.uid === uid).resolved.web
  expect(there).toContain('tag: "v1-example.org-resolved"')
  expect(there).toMatch(/# \{\{\.spectro\.var\.none\}\} \S+@\S+ \[secret\]/)
  expect(there).not.toMatch(/hunter2|top-secret/)
})
