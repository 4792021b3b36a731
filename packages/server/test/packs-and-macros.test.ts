import { seedCatalogue, shippedPackUid } from '@atrium/dev-env/catalogue.ts'
import { systemTenant } from '@atrium/runtime/store/store.ts'
import { publicRegistryUid } from '@atrium/server/content/public-registry.ts'
import { contentActor } from '@atrium/server/content/tenant.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, type Caller, openTestApi, type TestApi } from './support/api.ts'

let api: TestApi
let call: Caller
let tenant: string
let project: string

beforeAll(async () => {
  api = await openTestApi()
  await seedCatalogue(api.context.store)
  const made = await api.newTenant()
  call = made.call
  tenant = made.tenant.uid
  project = made.project.uid
})
afterAll(() => api.close())

describe('packs and registries', () => {
  it('are found as the client data sources look for them', async () => {
    const registries = (await call('GET /v1/registries/metadata')).body.items
    expect(registries).toEqual([
      { uid: publicRegistryUid, name: 'Public Repo', kind: 'pack', scope: 'system', isDefault: true, isPrivate: false },
    ])
    const search = await call('POST /v1/packs/search', {
      body: {
        filter: {
          name: { eq: 'hello-atrium' },
          environment: ['all'],
          registryUid: null,
          type: ['spectro'],
          layer: ['addon'],
          addOnType: ['app services'],
        },
      },
    })
    expect(search.body.items[0].spec.registries).toMatchObject([
      { uid: publicRegistryUid, name: 'Public Repo', latestVersion: '1.1.0' },
    ])
    const packs = await call('GET /v1/packs', {
      query: { filters: `spec.name=hello-atriumANDspec.version=1.0.0ANDspec.registryUid=${publicRegistryUid}` },
    })
    expect(packs.body.items).toHaveLength(1)
    expect(packs.body.items[0]).toMatchObject({
      metadata: { uid: shippedPackUid('hello-atrium', '1.0.0') },
      spec: { values: expect.stringContaining('# What the page says.'), cloudTypes: ['all'] },
    })
    const versions = await call(`GET /v1/packs/hello-atrium/registries/${publicRegistryUid}`)
    expect(versions.body.tags).toMatchObject([{ version: '1.1.0', parentTags: ['1.1.x', '1.x'] }, { version: '1.0.0' }])
    expect(versions.body.packValues[0].values).toContain('# What the page says.')
    expect((await call(`GET /v1/packs/nothing/registries/${publicRegistryUid}`)).status).toBe(404)
    // Clients that know no cloud ask for `all`, also for what one cloud alone can use.
    const ofCloud = async (cloudType: string) => {
      const { status } = await call(`GET /v1/packs/kubernetes/registries/${publicRegistryUid}`, {
        query: { cloudType },
      })
      return status
    }
    expect([await ofCloud('all'), await ofCloud('local'), await ofCloud('aws')]).toEqual([200, 200, 404])
  })

  it('show their logo, as a picture and as nothing else', async () => {
    const png = Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), Buffer.from('a logo')])
    const uid = shippedPackUid('hello-atrium', '1.1.0')
    const logoUrl = `/v1/packs/${uid}/logo`
    const without = await call(`GET ${logoUrl}`)
    expect(without).toMatchObject({ status: 404, body: { message: expect.stringContaining('has no logo') } })
    await api.context.store.transaction(systemTenant, contentActor, async (tx) => {
      const pack = await tx.get('Pack', uid)
      if (pack) await tx.update('Pack', uid, { spec: { ...pack.spec, logo: await tx.putBlob(png) } })
    })
    const shown = await call(`GET ${logoUrl}`)
    expect(shown.status).toBe(200)
    expect(shown.headers).toMatchObject({ 'content-type': 'image/png', 'x-content-type-options': 'nosniff' })
    expect(Buffer.from(shown.text, 'latin1').includes('a logo')).toBe(true)
    const search = await call('POST /v1/packs/search', { body: { filter: { name: { eq: 'hello-atrium' } } } })
    expect(search.body.items[0].spec.registries).toMatchObject([{ logoUrl }])
    const list = await call('GET /v1/packs', { query: { filters: `metadata.uid=${uid}` } })
    expect(list.body.items).toMatchObject([{ spec: { logoUrl } }])
    expect((await call(`GET /v1/packs/${uid}`)).body).toMatchObject({ logoUrl })
    expect((await call('GET /v1/packs/nothing/logo')).status).toBe(404)
  })

  it('are told apart by name: one is not renamed to what the installation shares', async () => {
    const body = (name: string) => ({
      metadata: { name },
      spec: { endpoint: 'https://charts.example.com', auth: { type: 'noAuth' } },
    })
    const own = await call('POST /v1/registries/helm', { body: body('charts') })
    expect(own.status, own.text).toBe(201)
    const path = `/v1/registries/helm/${own.body.uid}`
    const renamed = await call(`PUT ${path}`, { body: body('Public Repo') })
    expect([renamed.status, renamed.body.code, renamed.body.details.field]).toEqual([
      ...[409, 'DuplicateName', 'metadata.name'],
    ])
    expect((await call(`PUT ${path}`, { body: body('more charts') })).status).toBe(204)
    expect((await call(`PUT ${path}`, { body: body('more charts') })).status).toBe(204)
    expect((await call(`GET ${path}`)).body.metadata.name).toBe('more charts')
    expect((await call(`DELETE ${path}`)).status).toBe(204)
  })

  it('of AWS that need no keys name the kind of keys all the same: clients read on below it', async () => {
    const spec = { endpoint: 'public.ecr.aws/team', isPrivate: false, isSyncSupported: false, providerType: 'helm' }
    const credentials = { credentialType: 'secret', accessKey: '', secretKey: '' }
    const made = await call('POST /v1/registries/oci/ecr', {
      body: { metadata: { name: 'public' }, spec: { ...spec, credentials } },
    })
    expect(made.status, made.text).toBe(201)
    const path = `/v1/registries/oci/${made.body.uid}/ecr`
    expect((await call(`GET ${path}`)).body.spec).toMatchObject({ ...spec, credentials: { credentialType: 'secret' } })
    expect((await call(`DELETE ${path}`)).status).toBe(204)
  })

  it('report their sync, and cannot be changed by a tenant', async () => {
    const status = await call(`GET /v1/registries/pack/${publicRegistryUid}/sync/status`)
    expect(status.body).toMatchObject({ isSyncSupported: true, status: 'Pending' })
    expect((await call(`POST /v1/registries/pack/${publicRegistryUid}/sync`)).status).toBe(403)
    expect((await call('GET /v1/registries/pack')).body.items).toHaveLength(1)
    const none = await call('GET /v1/registries/pack', { query: { filters: 'metadata.name=nothing' } })
    expect(none.body.items).toEqual([])
    expect((await call('GET /v1/registries/helm')).body).toMatchObject({ items: [], listmeta: { continue: '' } })
    expect((await call('GET /v1/registries/oci/summary')).body.items).toEqual([])
    for (const route of ['helm/nothing', 'oci/nothing/basic', 'oci/nothing/ecr', 'oci/nothing'])
      expect((await call(`GET /v1/registries/${route}`)).status).toBe(404)
  })
})

describe('more callers at once than there are database connections', () => {
  const uid = shippedPackUid('hello-atrium', '1.0.0')
  const all = (one: (index: number) => Promise<Answer>) =>
    Promise.all(Array.from({ length: 20 }, (_, index) => one(index)))
  const statuses = (answers: Answer[]) => [...new Set(answers.map(({ status }) => status))]

  it('read shared packs', async () => {
    expect(statuses(await all(() => call(`GET /v1/packs/${uid}`)))).toEqual([200])
    expect(statuses(await all(() => call('GET /v1/registries/metadata')))).toEqual([200])
  })

  it('make profiles of shared packs', async () => {
    const pack = {
      name: 'hello-atrium',
      tag: '1.0.0',
      type: 'spectro',
      registryUid: publicRegistryUid,
      uid,
      values: '',
    }
    const body = (name: string) => ({
      metadata: { name },
      spec: { template: { cloudType: 'all', type: 'add-on', packs: [pack] }, variables: null },
    })
    const made = await all((index) => call('POST /v1/clusterprofiles', { body: body(`parallel-${index}`) }))
    expect(statuses(made)).toEqual([201])
  })
})

describe('macros', () => {
  it.each(['while there are some', 'after the last was removed'])('do not outlive their project: %s', async (when) => {
    const body = { macros: [{ name: 'a', value: '1' }] }
    const { uid } = (await call('POST /v1/projects', { body: { metadata: { name: when } } })).body
    expect((await call(`POST /v1/projects/${uid}/macros`, { body })).status).toBe(204)
    if (when.startsWith('after')) expect((await call(`DELETE /v1/projects/${uid}/macros`, { body })).status).toBe(204)
    const deleted = await call(`DELETE /v1/projects/${uid}`)
    expect(deleted.status, deleted.text).toBe(204)
    expect((await call(`GET /v1/projects/${uid}`)).status).toBe(404)
    const left = await api.context.store.transaction(tenant, contentActor, (tx) =>
      tx.list('MacroSet', { project: uid }),
    )
    expect(left.items).toEqual([])
  })

  it('are added, replaced, changed and removed by name, in each scope by itself', async () => {
    const { tenantUid } = (await call('GET /v1/users/info')).body
    const set = (...names: string[]) => ({ body: { macros: names.map((name) => ({ name, value: `v-${name}` })) } })
    for (const base of [`/v1/projects/${project}/macros`, `/v1/tenants/${tenantUid}/macros`]) {
      const names = async () => (await call(`GET ${base}`)).body.macros.map((macro: { name: string }) => macro.name)
      expect(await names()).toEqual([])
      expect((await call(`POST ${base}`, set('b', 'a'))).status).toBe(204)
      expect(await call(`POST ${base}`, set('c', 'a'))).toMatchObject({ status: 422 })
      expect(await names()).toEqual(['a', 'b'])
      expect((await call(`PUT ${base}`, set('c', 'd'))).status).toBe(204)
      const changed = { body: { macros: [{ name: 'c', value: 'new' }] } }
      expect((await call(`PATCH ${base}`, changed)).status).toBe(204)
      expect((await call(`DELETE ${base}`, set('d'))).status).toBe(204)
      expect((await call(`GET ${base}`)).body.macros).toEqual([{ name: 'c', value: 'new' }])
    }
    const other = await api.newTenant()
    expect((await other.call(`GET /v1/tenants/${tenantUid}/macros`)).status).toBe(404)
    expect((await other.call(`GET /v1/projects/${project}/macros`)).status).toBe(404)
  })
})
