import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type HttpsServer, serveHttps } from '@atrium/dev-env/https-server.ts'
import { type PrivateRegistry, privatePassword, startPrivateRegistry } from '@atrium/dev-env/private-registry.ts'
import { pushPack } from '@atrium/pack/sources/oci/pack-registry.ts'
import { writeArchive } from '@atrium/pack/sources/write-archive.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from './support/api.ts'
import { openRegistriesWorld, packTree, privateClient, type RegistriesWorld } from './support/registries.ts'

let world: RegistriesWorld
let call: Caller
let server: HttpsServer
let asked: string[] = []
let charts: Record<string, Buffer> = {}
let isAway = false
let uid: string

const chart = (version: string, replicas = 1): Buffer =>
  writeArchive(
    new Map<string, Uint8Array>([
      ['web/Chart.yaml', Buffer.from(`apiVersion: v2\nname: web\nversion: ${version}\n`)],
      ['web/values.yaml', Buffer.from(`replicas: ${replicas}\n`)],
    ]),
  )

function answer(request: IncomingMessage, response: ServerResponse): void {
  asked.push(request.url ?? '')
  if (isAway) return void response.writeHead(503).end()
  const found = charts[(request.url ?? '').slice('/files/'.length)]
  if (found) return void response.writeHead(200).end(found)
  const web = Object.entries(charts).map(([file, content]) => ({
    version: /web-(.+)\.tgz/.exec(file)?.[1],
    urls: [`files/${file}`],
    digest: createHash('sha256').update(content).digest('hex'),
    deprecated: file.includes('-0.'),
  }))
  response.writeHead(200).end(JSON.stringify({ apiVersion: 'v1', entries: { web } }))
}

beforeAll(async () => {
  world = await openRegistriesWorld()
  await world.content.ensurePublicRegistry()
  await world.settle()
  call = (await world.api.newTenant()).call
  server = await serveHttps(answer)
  // More than a sync would read of one chart.
  const versions = ['0.9.0', ...Array.from({ length: 25 }, (_, index) => `1.${index}.0`)]
  charts = Object.fromEntries(versions.map((version) => [`web-${version}.tgz`, chart(version)]))
  uid = await registryOf(call)
})
afterAll(async () => {
  server.stop()
  await world.close()
})

/** A Helm repository of the caller's tenant that is not synchronised. */
async function registryOf(by: Caller): Promise<string> {
  const auth = { type: 'noAuth', tls: { enabled: true, certificate: server.caBundle } }
  const spec = { endpoint: server.url, isPrivate: false, auth, createOption: { skipSync: true } }
  const made = await by('POST /v1/registries/helm', { body: { metadata: { name: 'charts' }, spec } })
  expect(made.status, made.text).toBe(201)
  await world.settle()
  return made.body.uid
}

const bodyOf = (name: string, tag: string, registryUid = uid, layer = 'web') => ({
  metadata: { name },
  spec: {
    template: {
      cloudType: 'all',
      type: 'add-on',
      packs: [{ name: layer, tag, type: 'helm', registryUid, values: '' }],
    },
    variables: null,
  },
})
const create = (name: string, tag: string, registryUid?: string) =>
  call('POST /v1/clusterprofiles', { body: bodyOf(name, tag, registryUid) })
const layerIn = async (profile: string) =>
  (await call(`GET /v1/clusterprofiles/${profile}`)).body.spec.published.packs[0]
const known = async (): Promise<string[]> => {
  const { body } = await call(`GET /v1/packs/web/registries/${uid}`)
  return (body.tags ?? []).map(({ version }: { version: string }) => version)
}

describe('a layer of a Helm repository that is not synchronised', () => {
  it('is read from there when a profile names it, and from then on is what it was', async () => {
    expect(await known()).toEqual([])
    asked = []
    const made = await create('first', '1.0.0')
    expect(made.status, made.text).toBe(201)
    expect(asked).toEqual(['/index.yaml', '/files/web-1.0.0.tgz'])
    const layer = await layerIn(made.body.uid)
    expect(layer).toMatchObject({ type: 'helm', version: '1.0.0', digest: expect.stringMatching(/^sha256:/) })
    expect(await known()).toEqual(['1.0.0'])
    // Other content under the version, and a repository that is away: what was read stays.
    charts['web-1.0.0.tgz'] = chart('1.0.0', 9)
    isAway = true
    asked = []
    const second = await create('second', '1.0.0')
    expect(second.status, second.text).toBe(201)
    expect((await layerIn(second.body.uid)).digest).toBe(layer.digest)
    const template = { ...bodyOf('first', '1.0.0').spec.template }
    const put = await call(`PUT /v1/clusterprofiles/${made.body.uid}`, { body: { spec: { template } } })
    expect(put.status, put.text).toBe(204)
    expect(asked).toEqual([])
    isAway = false
  })

  it('is still read on demand when the registry was changed', async () => {
    const auth = { type: 'noAuth', tls: { enabled: true, certificate: server.caBundle } }
    const body = { metadata: { name: 'charts' }, spec: { endpoint: server.url, isPrivate: false, auth } }
    expect((await call(`PUT /v1/registries/helm/${uid}`, { body })).status).toBe(204)
    asked = []
    await world.settle()
    expect(asked).toEqual([])
    expect((await create('changed', '1.1.0')).status).toBe(201)
  })

  it('may be the newest below a floating tag, a deprecated one, and the next version of a layer', async () => {
    const floating = await create('floating', '1.x')
    expect(await layerIn(floating.body.uid)).toMatchObject({ tag: '1.x', version: '1.24.0' })
    const old = await create('old', '0.9.0')
    expect(await layerIn(old.body.uid)).toMatchObject({ version: '0.9.0' })
    const upgraded = await call(`POST /atrium/v1/profiles/${old.body.uid}/packs/web/upgrade`, {
      body: { tag: '1.7.0' },
    })
    expect(upgraded.status, upgraded.text).toBe(200)
    expect(upgraded.body).toMatchObject({ from: '0.9.0', to: '1.7.0', saved: true })
  })

  it('is refused with the reason, in its field, when it is not to be had', async () => {
    const missing = await create('missing', '7.0.0')
    expect(missing).toMatchObject({ status: 400, body: { details: { field: 'spec.template.packs[0].tag' } } })
    expect(missing.body.message).toContain("has no 'web' 7.0.0")
    const { template } = bodyOf('x', '7.0.0').spec
    const { body } = await call('POST /v1/clusterprofiles/validate/packs', { body: template })
    expect(body.packs.results[0].errors[0].message).toContain("has no 'web' 7.0.0")
    charts['web-8.0.0.tgz'] = chart('8.0.1')
    expect((await create('liar', '8.0.0')).body.message).toContain('says web 8.0.1')
    isAway = true
    expect((await create('away', '1.3.0')).body.message).toContain('answered 503')
    isAway = false
    asked = []
    const elsewhere = await world.api.newTenant()
    const foreign = await elsewhere.call('POST /v1/clusterprofiles', { body: bodyOf('foreign', '1.3.0') })
    expect(foreign.status).toBe(400)
    expect(asked).toEqual([])
  })

  it('is read once, however many ask for it at the same moment', async () => {
    asked = []
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((name) => create(`at-once-${name}`, '1.9.0')))
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201])
    expect(asked.filter((path) => path.endsWith('1.9.0.tgz'))).toHaveLength(1)
  })
})

describe('a layer of an OCI registry that is not synchronised', () => {
  let registry: PrivateRegistry
  beforeAll(async () => {
    registry = await startPrivateRegistry(['pia'])
  })
  afterAll(() => registry.stop())

  it('is a pack by its name and tag', async () => {
    await pushPack(privateClient(registry, world.egress, 'pia'), 'team', packTree('aside', '1.0.0', 'a: 1\n'))
    const auth = { type: 'basic', username: 'pia', password: privatePassword, tls: { certificate: registry.caBundle } }
    const spec = { endpoint: `${registry.url}/team`, providerType: 'pack', isSyncSupported: false, auth }
    const made = await call('POST /v1/registries/oci/basic', { body: { metadata: { name: 'oci' }, spec } })
    expect(made.status, made.text).toBe(201)
    await world.settle()
    const profile = await call('POST /v1/clusterprofiles', { body: bodyOf('oci', '1.0.0', made.body.uid, 'aside') })
    expect(profile.status, profile.text).toBe(201)
    expect(await layerIn(profile.body.uid)).toMatchObject({ name: 'aside', version: '1.0.0' })
  })
})
