import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from './support/api.ts'
import { openRegistriesWorld, packTree, type RegistriesWorld } from './support/registries.ts'

let world: RegistriesWorld
let operator: Caller
let tenant: Caller
const folder = mkdtempSync(join(tmpdir(), 'atrium-shared-'))
const allowed = join(folder, 'allowed')

function write(path: string, name: string, values = ''): void {
  for (const [file, content] of packTree(name, '1.0.0', values)) {
    mkdirSync(dirname(join(path, name, file)), { recursive: true })
    writeFileSync(join(path, name, file), content)
  }
}

beforeAll(async () => {
  mkdirSync(allowed)
  world = await openRegistriesWorld({ packFolder: allowed })
  await world.content.ensurePublicRegistry()
  operator = world.api.as({ authorization: world.api.operatorToken })
  tenant = (await world.api.newTenant()).call
})
afterAll(async () => {
  await world.close()
  rmSync(folder, { recursive: true })
})

const create = (call: Caller, name: string, endpoint: string) =>
  call('POST /v1/registries/pack', { body: { metadata: { name }, spec: { endpoint, auth: { type: 'noAuth' } } } })
const address = (path: string): string => `file://${path}`
const told = async (uid: string) => (await tenant(`GET /atrium/v1/registries/${uid}`)).body.sync
const sync = async (uid: string) => {
  expect((await operator(`POST /v1/registries/pack/${uid}/sync`)).status).toBe(202)
  await world.settle()
  return (await told(uid)).counts
}

describe('a registry that the operator adds', () => {
  it('is seen and used by every tenant, and changed by nobody else', async () => {
    write(join(allowed, 'team'), 'shared', 'a: 1\n')
    const made = await create(operator, 'house', address(join(allowed, 'team')))
    expect(made.status, made.text).toBe(201)
    const { uid } = made.body
    await world.settle()
    const listed = (await tenant('GET /v1/registries/metadata')).body.items
    expect(listed).toContainEqual(expect.objectContaining({ uid, name: 'house', scope: 'system', kind: 'pack' }))
    const packs = [{ name: 'shared', tag: '1.0.0', type: 'spectro', registryUid: uid, values: '' }]
    const spec = { template: { cloudType: 'all', type: 'add-on', packs }, variables: null }
    const profile = await tenant('POST /v1/clusterprofiles', { body: { metadata: { name: 'of-shared' }, spec } })
    expect(profile.status, profile.text).toBe(201)

    const body = { metadata: { name: 'mine' }, spec: { endpoint: 'https://127.0.0.1:1', auth: { type: 'noAuth' } } }
    const refused = [
      await tenant(`PUT /v1/registries/pack/${uid}`, { body }),
      await tenant(`DELETE /v1/registries/pack/${uid}`),
      await tenant(`POST /v1/registries/pack/${uid}/sync`),
      await tenant(`PATCH /atrium/v1/registries/${uid}/settings`, { body: { everyMinutes: 1 } }),
      await tenant(`POST /atrium/v1/registries/${uid}/hook`),
    ]
    expect(refused.map(({ status }) => status)).toEqual([404, 404, 403, 404, 404])
    const twin = await create(tenant, 'house', 'https://127.0.0.1:1')
    expect(twin.status, twin.text).toBe(400)

    const inUse = await operator(`DELETE /v1/registries/pack/${uid}`)
    expect(inUse).toMatchObject({ status: 409, body: { code: 'ResourceInUse' } })
    expect(inUse.body.message).toContain('of-shared')
    expect((await operator(`PATCH /atrium/v1/registries/${uid}/settings`, { body: { everyMinutes: 5 } })).status).toBe(
      204,
    )
    const { path, token } = (await operator(`POST /atrium/v1/registries/${uid}/hook`)).body
    const pushed = await world.api.as({})(`POST ${path}`, { headers: { authorization: `Bearer ${token}` } })
    expect(pushed.status).toBe(202)
    await world.settle()
    expect((await tenant(`DELETE /v1/clusterprofiles/${profile.body.uid}`)).status).toBe(204)
    expect((await operator(`DELETE /v1/registries/pack/${uid}`)).status).toBe(204)
    await world.settle()
    expect((await tenant(`GET /v1/packs/shared/registries/${uid}`)).status).toBe(404)
  })

  it('keeps what a tenant uses when it goes from the registry, whichever tenant that is', async () => {
    const place = join(allowed, 'leaving')
    write(place, 'leaving', 'a: 1\n')
    write(place, 'unused')
    const { uid } = (await create(operator, 'leaving', address(place))).body
    await world.settle()
    const other = (await world.api.newTenant()).call
    const packs = [{ name: 'leaving', tag: '1.0.0', type: 'spectro', registryUid: uid, values: '' }]
    const spec = { template: { cloudType: 'all', type: 'add-on', packs }, variables: null }
    const { body } = await other('POST /v1/clusterprofiles', { body: { metadata: { name: 'of-leaving' }, spec } })
    const uidOf = async (name: string): Promise<string> =>
      (await tenant(`GET /v1/packs/${name}/registries/${uid}`)).body.tags[0].packUid
    const [used, unused] = [await uidOf('leaving'), await uidOf('unused')]
    rmSync(place, { recursive: true })
    mkdirSync(place)
    world.collectTimes.keepMs = 0
    await sync(uid)
    await sync(uid)
    const found = async (pack: string) => (await other(`GET /v1/packs/${pack}`)).status
    expect([await found(used), await found(unused)]).toEqual([200, 404])
    const [layer] = (await other(`GET /v1/clusterprofiles/${body.uid}`)).body.spec.published.packs
    expect(layer).toMatchObject({ isInvalid: true, inValidReason: expect.stringContaining('does not offer') })
  })

  it('opens nothing else with its token, and leaves the own registry of the platform as it is', async () => {
    expect((await operator('GET /v1/clusterprofiles/metadata')).status).toBe(401)
    const listed = (await operator('GET /v1/registries/metadata')).body.items
    const own = listed.find(({ name }: { name: string }) => name === 'Public Repo')
    expect((await operator(`DELETE /v1/registries/pack/${own.uid}`)).status).toBe(403)
    const settings = await operator(`PATCH /atrium/v1/registries/${own.uid}/settings`, { body: { everyMinutes: 1 } })
    expect(settings.status).toBe(403)
  })
})

describe('a folder of the server', () => {
  it('is read by what changed in it', async () => {
    const place = join(allowed, 'changing')
    write(place, 'one', 'a: 1\n')
    mkdirSync(join(place, 'no-pack'))
    const { uid } = (await create(operator, 'changing', address(place))).body
    await world.settle()
    expect(await told(uid)).toMatchObject({ state: 'Success', counts: { offered: 1, usable: 1, changed: 1 } })
    expect(await sync(uid)).toMatchObject({ offered: 1, changed: 0 })
    write(place, 'one', 'a: 2\n')
    utimesSync(join(place, 'one', 'values.yaml'), 0, 0)
    expect(await sync(uid)).toMatchObject({ moved: 1 })
    symlinkSync('/etc/passwd', join(place, 'one', 'secret'))
    await sync(uid)
    expect((await told(uid)).problems).toMatchObject([{ place: 'one', message: expect.stringContaining('link') }])
    rmSync(place, { recursive: true })
    await sync(uid)
    expect(await told(uid)).toMatchObject({ state: 'Failed', message: expect.stringContaining('cannot be read') })
  })

  it('is never named by a tenant, nor by the operator elsewhere than below the folder that is allowed', async () => {
    write(join(folder, 'outside'), 'outside')
    symlinkSync(join(folder, 'outside'), join(allowed, 'link'))
    const field = { status: 400, body: { details: { field: 'spec.endpoint' } } }
    expect(await create(tenant, 'mine', address(allowed))).toMatchObject(field)
    for (const path of [
      join(folder, 'outside'),
      join(allowed, 'link'),
      `${allowed}/../outside`,
      '/',
      '/etc',
      `${allowed}/%2e%2e/outside`,
    ])
      expect(await create(operator, 'odd', address(path)), path).toMatchObject(field)
    const helm = { body: { metadata: { name: 'odd' }, spec: { endpoint: address(allowed), auth: { type: 'noAuth' } } } }
    expect(await operator('POST /v1/registries/helm', helm)).toMatchObject(field)
  })
})
