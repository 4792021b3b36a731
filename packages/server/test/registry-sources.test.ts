import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RegistrySpec } from '@atrium/api/kinds/registry.ts'
import { createGitRepository } from '@atrium/dev-env/git-repository.ts'
import { type HttpsServer, serveHttps } from '@atrium/dev-env/https-server.ts'
import { type PrivateRegistry, privatePassword, startPrivateRegistry } from '@atrium/dev-env/private-registry.ts'
import { writeArchive } from '@atrium/pack/sources/write-archive.ts'
import { systemTenant } from '@atrium/runtime/store/store.ts'
import { createContent } from '@atrium/server/content/content.ts'
import { contentActor } from '@atrium/server/content/tenant.ts'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Caller } from './support/api.ts'
import { openRegistriesWorld, packTree, privateClient, type RegistriesWorld } from './support/registries.ts'

let world: RegistriesWorld
let call: Caller
const folder = mkdtempSync(join(tmpdir(), 'atrium-sources-'))

beforeAll(async () => {
  world = await openRegistriesWorld()
  await world.content.ensurePublicRegistry()
  await world.settle()
  call = (await world.api.newTenant()).call
})
afterAll(async () => {
  await world.close()
  rmSync(folder, { recursive: true, force: true })
})

const told = async (uid: string) => (await call(`GET /atrium/v1/registries/${uid}`)).body.sync
const values = async (name: string, uid: string): Promise<{ version: string; values: string }[]> => {
  const { body } = await call(`GET /v1/packs/${name}/registries/${uid}`)
  return body.tags.map(({ version }: { version: string }, index: number) => ({
    version,
    values: body.packValues[index].values,
  }))
}
const chart = (version: string): Buffer =>
  writeArchive(
    new Map<string, Uint8Array>([
      ['web/Chart.yaml', Buffer.from(`apiVersion: v2\nname: web\nversion: ${version}\n`)],
      ['web/values.yaml', Buffer.from('# How many.\nreplicas: 1\ntext: |\n  two\n  ---\n  lines  \n')],
    ]),
  )

describe('a Helm repository', () => {
  let server: HttpsServer
  let asked: string[] = []
  let charts: Record<string, Buffer> = {}
  const etag = (): string => `"${Object.keys(charts).join()}"`

  function answer(request: IncomingMessage, response: ServerResponse): void {
    asked.push(request.url ?? '')
    const expected = `Basic ${Buffer.from('pia:pw-of-pia').toString('base64')}`
    if (request.headers.authorization !== expected) return void response.writeHead(401).end()
    const found = charts[(request.url ?? '').slice('/charts/files/'.length)]
    if (found) return void response.writeHead(200).end(found)
    if (request.headers['if-none-match'] === etag()) return void response.writeHead(304).end()
    const entries = Object.entries(charts).map(([file, content]) => ({
      version: /web-(.+)\.tgz/.exec(file)?.[1],
      urls: [`files/${file}`],
      digest: createHash('sha256').update(content).digest('hex'),
    }))
    response.writeHead(200, { etag: etag() }).end(JSON.stringify({ apiVersion: 'v1', entries: { web: entries } }))
  }

  beforeAll(async () => {
    charts = { 'web-1.0.0.tgz': chart('1.0.0'), 'web-9.9.9.tgz': chart('1.2.3') }
    server = await serveHttps(answer)
  })
  afterAll(() => server.stop())

  it('gives its charts as packs with the values of the chart, is asked whether anything changed, and reads back as it was made', async () => {
    const auth = {
      type: 'basic',
      username: 'pia',
      password: 'pw-of-pia',
      tls: { enabled: true, certificate: server.caBundle },
    }
    const spec = { endpoint: `${server.url}/charts`, isPrivate: true, auth }
    const wrong = { ...spec, auth: { ...auth, password: 'no' } }
    const refused = await call('POST /v1/registries/helm', { body: { metadata: { name: 'wrong' }, spec: wrong } })
    expect(refused).toMatchObject({ status: 400, body: { details: { field: 'spec.auth' } } })
    const { uid } = (await call('POST /v1/registries/helm', { body: { metadata: { name: 'charts' }, spec } })).body
    await world.settle()
    expect(await told(uid)).toMatchObject({
      state: 'Success',
      counts: { offered: 2, usable: 1 },
      problems: [{ code: 'PackInvalid', place: 'web:9.9.9', message: expect.stringContaining('says web 1.2.3') }],
    })
    expect(await values('web', uid)).toEqual([
      {
        version: '1.0.0',
        values:
          'pack:\n  namespace: "web"\ncharts:\n  web:\n    # How many.\n    replicas: 1\n    text: |\n      two\n      ---\n      lines  \n',
      },
    ])
    asked = []
    await call(`POST /v1/registries/helm/${uid}/sync`)
    await world.settle()
    expect(asked).toEqual(['/charts/index.yaml'])
    charts = { ...charts, 'web-1.1.0.tgz': chart('1.1.0') }
    await call(`POST /v1/registries/helm/${uid}/sync`)
    await world.settle()
    expect((await values('web', uid)).map(({ version }) => version)).toEqual(['1.1.0', '1.0.0'])
    expect((await call(`GET /v1/registries/helm/${uid}`)).body.spec).toMatchObject({
      endpoint: `${server.url}/charts`,
      isPrivate: true,
      auth: { type: 'basic', username: 'pia', password: 'pw-of-pia' },
    })
    expect((await call('GET /v1/registries/helm')).text).not.toContain('pw-of-pia')
    const packs = [{ name: 'web', tag: '1.1.0', type: 'helm', registryUid: uid, values: '' }]
    const template = { cloudType: 'all', type: 'add-on', packs }
    const body = { metadata: { name: 'of-chart' }, spec: { template, variables: null } }
    const made = await call('POST /v1/clusterprofiles', { body })
    expect(made.status, made.text).toBe(201)
    const [layer] = (await call(`GET /v1/clusterprofiles/${made.body.uid}`)).body.spec.published.packs
    expect(layer).toMatchObject({ type: 'helm', version: '1.1.0', digest: expect.stringMatching(/^sha256:/) })
  })
})

it('nothing of a tenant is read where this system keeps no reader in, unless the operator accepts that', async () => {
  const { store, clock, random, logger } = world.api.context
  const { egress, platform: registry } = world
  vi.stubEnv('PATH', '/nonexistent')
  const [guarded, accepted] = (['required', 'best-effort'] as const).map((isolation) =>
    createContent({ store, clock, random, logger, egress, registry, isolation, tenants: () => Promise.resolve([]) }),
  )
  vi.unstubAllEnvs()
  const spec: RegistrySpec = {
    ...{ type: 'helm', endpoint: 'https://127.0.0.1:1', caBundle: '', isDefault: false, isPrivate: true },
  }
  await expect(guarded?.checkRegistry(systemTenant, spec, {})).rejects.toMatchObject({
    code: 'InvalidState',
    message: expect.stringContaining('ATRIUM_ISOLATION=best-effort'),
  })
  // What lies in a folder of the operator's is its own.
  await expect(
    guarded?.checkRegistry(systemTenant, { ...spec, type: 'pack', endpoint: 'file:///srv' }, {}),
  ).rejects.toMatchObject({
    message: expect.stringContaining('ATRIUM_PACK_FOLDER'),
  })
  await expect(accepted?.checkRegistry(systemTenant, spec, {})).rejects.toMatchObject({
    details: { field: 'spec.endpoint' },
  })
  const made = await world.api.newTenant()
  const { tenant, uid } = await store.transaction(made.tenant.uid, contentActor, async (tx) => {
    const { meta } = await tx.create({ kind: 'Registry', project: null, name: 'guarded', spec })
    return meta
  })
  const [claim] = await store.queue.claim({ owner: 'test', kinds: ['Registry'], limit: 1, leaseMs: 60_000 })
  if (claim === undefined) throw new Error('nothing to do')
  await guarded?.reconciler.reconcile({ tenant, uid, claim, signal: new AbortController().signal })
  await store.queue.finish(claim, { failed: false })
  const stored = await store.transaction(tenant, contentActor, (tx) => tx.get('Registry', uid))
  expect(stored?.status.sync).toMatchObject({ state: 'Failed', message: expect.stringContaining('ATRIUM_ISOLATION') })
})

describe('charts in an OCI registry', () => {
  let registry: PrivateRegistry
  beforeAll(async () => {
    registry = await startPrivateRegistry(['pia'])
  })
  afterAll(() => registry.stop())

  it('are packs too', async () => {
    const client = privateClient(registry, world.egress, 'pia')
    const archive = chart('2.0.0+build.1')
    const config = Buffer.from('{}')
    const repository = 'team/charts/web'
    await client.pushManifest(repository, '2.0.0_build.1', {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: {
        mediaType: 'application/vnd.cncf.helm.config.v1+json',
        digest: await client.pushBlob(repository, config),
        size: config.length,
      },
      layers: [
        {
          mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
          digest: await client.pushBlob(repository, archive),
          size: archive.length,
        },
      ],
    })
    const spec = {
      endpoint: `oci://${new URL(registry.url).host}/team`,
      providerType: 'helm',
      isSyncSupported: true,
      auth: { type: 'basic', username: 'pia', password: privatePassword, tls: { certificate: registry.caBundle } },
    }
    const made = await call('POST /v1/registries/oci/basic', { body: { metadata: { name: 'oci-charts' }, spec } })
    expect(made.status, made.text).toBe(201)
    await world.settle()
    expect((await values('web', made.body.uid)).map(({ version }) => version)).toEqual(['2.0.0+build.1'])
    const shown = (await call(`GET /v1/registries/oci/${made.body.uid}/basic`)).body
    expect(shown.spec.endpoint).toBe(spec.endpoint)
  })
})

describe('a git repository', () => {
  let server: HttpsServer
  const repository = createGitRepository(join(folder, 'git'), 'packs')

  beforeAll(async () => {
    repository.commit(packTree('from-git', '1.0.0', 'a: 1\n'), 'packs/from-git-1.0.0')
    repository.commit(packTree('elsewhere', '1.0.0', ''), 'attic/elsewhere')
    server = await serveHttps(repository.answer)
  })
  afterAll(() => server.stop())

  it('gives the packs of one folder of one branch; nothing is fetched while the branch stands still', async () => {
    const endpoint = (ref: string) => `git+${server.url}/packs/.git#${ref}:packs`
    const auth = { type: 'noAuth', tls: { enabled: true, certificate: server.caBundle } }
    const create = (name: string, ref: string) =>
      call('POST /v1/registries/pack', { body: { metadata: { name }, spec: { endpoint: endpoint(ref), auth } } })
    const none = await create('none', 'no-such-branch')
    expect(none).toMatchObject({ status: 400, body: { details: { field: 'spec.endpoint' } } })
    const made = await create('git', 'main')
    expect(made.status, made.text).toBe(201)
    const { uid } = made.body
    await world.settle()
    expect(await told(uid)).toMatchObject({ state: 'Success', counts: { offered: 1, usable: 1, changed: 1 } })
    expect(await values('from-git', uid)).toEqual([{ version: '1.0.0', values: 'a: 1\n' }])
    repository.commit(packTree('second', '1.0.0', ''), 'packs/second')
    await call(`POST /v1/registries/pack/${uid}/sync`)
    await world.settle()
    expect(await told(uid)).toMatchObject({ counts: { offered: 2, changed: 1 } })
    await call(`POST /v1/registries/pack/${uid}/sync`)
    await world.settle()
    expect(await told(uid)).toMatchObject({ state: 'Success', counts: { offered: 2, changed: 0 } })
    expect((await call(`GET /v1/registries/pack/${uid}`)).body.spec.endpoint).toBe(endpoint('main'))
  })
})
