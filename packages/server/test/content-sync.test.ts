import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startTestRegistry, type TestRegistry } from '@atrium/dev-env/registry.ts'
import { packRepository, pushPack } from '@atrium/pack/sources/oci/pack-registry.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { createEgress } from '@atrium/runtime/egress/egress.ts'
import { type Store, type StoredObject, systemTenant } from '@atrium/runtime/store/store.ts'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Content, type ContentOptions, createContent } from '../src/content/content.ts'
import { readLogo } from '../src/content/logos.ts'
import { publicRegistryUid } from '../src/content/public-registry.ts'
import { pushShippedPacks } from '../src/content/push-shipped.ts'
import { contentActor } from '../src/content/tenant.ts'
import { startCuttingProxy } from './support/cutting-proxy.ts'
import { openTestStore } from './support/store.ts'

let registry: TestRegistry
let database: Awaited<ReturnType<typeof openTestStore>>
let content: Content
let options: ContentOptions

beforeAll(async () => {
  registry = await startTestRegistry()
  database = await openTestStore()
  options = {
    store: database.store,
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    egress: registry.egress,
    registry,
    tenants: () => Promise.resolve([]),
  }
  content = createContent(options)
})
afterAll(async () => {
  content.close()
  await database.close()
  await registry.stop()
})

const client = () => {
  if (content.platformClient === null) throw new Error('no client')
  return content.platformClient
}

/** Another one, until the test ends. */
function opened(more: Partial<ContentOptions> = {}): Content {
  const subject = createContent({ ...options, ...more })
  onTestFinished(() => subject.close())
  return subject
}

/** The processes that read packs. */
const readers = (): number[] =>
  readdirSync(`/proc/${process.pid}/task`)
    .flatMap((thread) => readFileSync(`/proc/${process.pid}/task/${thread}/children`, 'utf8').split(' '))
    .filter((pid) => pid !== '' && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('confined/worker-main'))
    .map(Number)

/** One run as the controller manager makes it: with a claim of its own on the key. */
async function reconcile(subject: Content = content) {
  const { queue } = database.store
  await database.store.transaction(systemTenant, contentActor, (tx) => tx.enqueue('Registry', publicRegistryUid))
  const [claim] = await queue.claim({ owner: 'test', kinds: ['Registry'], limit: 1, leaseMs: 60_000 })
  if (claim === undefined) throw new Error('nothing to do')
  const signal = new AbortController().signal
  const result = await subject.reconciler.reconcile({ tenant: systemTenant, uid: publicRegistryUid, claim, signal })
  await queue.finish(claim, { failed: false })
  return result
}

const inSystem = async (): Promise<{ registry: StoredObject<'Registry'> | null; packs: StoredObject<'Pack'>[] }> =>
  database.store.transaction(systemTenant, contentActor, async (tx) => ({
    registry: await tx.get('Registry', publicRegistryUid),
    packs: (await tx.list('Pack', { where: { registryUid: publicRegistryUid } })).items,
  }))

const tree = (name: string, version: string, values: string) =>
  new Map<string, Uint8Array>([
    ['pack.json', Buffer.from(JSON.stringify({ name, version, layer: 'addon', cloudTypes: ['all'] }))],
    ['values.yaml', Buffer.from(values)],
  ])

describe('the platform registry', () => {
  it('gets the shipped packs once, and the catalogue shows them', async () => {
    const folder = join(import.meta.dirname, '../../../packs')
    const first = await pushShippedPacks(folder, { url: registry.url, client: client() })
    expect(first.every((pack) => pack.pushed)).toBe(true)
    const second = await pushShippedPacks(folder, { url: registry.url, client: client() })
    expect(second).toEqual(first.map((pack) => ({ ...pack, pushed: false })))
    await content.ensurePublicRegistry()
    await content.ensurePublicRegistry()
    expect(await reconcile()).toEqual({ outcome: 'again', afterMs: 3_600_000 })
    const state = await inSystem()
    expect(state.registry).toMatchObject({
      meta: { name: 'Public Repo' },
      status: {
        sync: { state: 'Success', message: `${first.length} pack versions, ${first.length} of them changed.` },
      },
      conditions: [{ type: 'Synced', status: 'True' }],
    })
    expect(state.packs.map((pack) => `${pack.meta.name}@${pack.spec.version}`).sort()).toEqual(
      first.map((pack) => `${pack.name}@${pack.version}`).sort(),
    )
    const hello = state.packs.find((pack) => pack.spec.version === '1.1.0')
    expect(hello?.spec.digest).toBe(first.find((pack) => pack.version === '1.1.0')?.digest)
    expect(hello?.spec.values).toContain('# What the page says.')
    expect(hello?.spec.presets).toHaveLength(2)
  })

  it('is read again only where something changed; other content under a version stands beside the former', async () => {
    const before = await inSystem()
    await reconcile()
    const untouched = await inSystem()
    const versions = (packs: StoredObject<'Pack'>[]) => packs.map((pack) => [pack.meta.uid, pack.meta.resourceVersion])
    expect(versions(untouched.packs)).toEqual(versions(before.packs))
    await pushPack(client(), '', tree('fresh', '1.0.0', 'a: 1\n'))
    await reconcile()
    const added = (await inSystem()).packs.find((pack) => pack.meta.name === 'fresh')
    expect(added?.spec.values).toBe('a: 1\n')
    await pushPack(client(), '', tree('fresh', '1.0.0', 'a: 2\n'))
    await reconcile()
    const [former, other] = (await inSystem()).packs.filter((pack) => pack.meta.name === 'fresh')
    const [kept, moved] = former?.meta.uid === added?.meta.uid ? [former, other] : [other, former]
    expect(kept).toMatchObject({
      meta: { uid: added?.meta.uid },
      spec: { values: 'a: 1\n', replacedBy: moved?.meta.uid },
    })
    expect(moved?.spec).toMatchObject({ version: '1.0.0', values: 'a: 2\n' })
    await pushPack(client(), '', tree('fresh', '1.0.0', 'a: 1\n'))
    await reconcile()
    const back = (await inSystem()).packs.filter((pack) => pack.meta.name === 'fresh' && !pack.spec.replacedBy)
    expect(back.map((pack) => pack.meta.uid)).toEqual([added?.meta.uid])
  })

  it('keeps logos, one of equal ones, and nothing that is no picture', async () => {
    const png = Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), Buffer.from('a logo')])
    const withLogo = (name: string, logo: Buffer) => tree(name, '1.0.0', '').set('logo.png', logo)
    for (const name of ['logo-a', 'logo-b']) await pushPack(client(), '', withLogo(name, png))
    await pushPack(client(), '', withLogo('logo-page', Buffer.from('<html><script>alert(1)</script>')))
    await reconcile()
    const { packs } = await inSystem()
    const [a, b, page] = ['logo-a', 'logo-b', 'logo-page'].map((name) => packs.find(({ meta }) => meta.name === name))
    expect([a?.spec.logo, page?.spec.logo]).toEqual([expect.stringMatching(/^sha256:/), undefined])
    expect(b?.spec.logo).toBe(a?.spec.logo)
    expect(a && (await readLogo(database.store, a))).toEqual(png)
  })

  it('says which pack is broken, and still reads the others', async () => {
    const repository = packRepository('', 'broken')
    const blob = await client().pushBlob(repository, Buffer.from('no archive'))
    const config = await client().pushBlob(repository, Buffer.from('{}'))
    await client().pushManifest(repository, '1.0.0', {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.unknown.config.v1+json', digest: config, size: 2 },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: blob, size: 10 }],
    })
    await pushPack(client(), '', tree('late', '1.0.0', ''))
    await reconcile()
    const state = await inSystem()
    expect(state.registry?.status.sync).toMatchObject({
      state: 'Success',
      message: expect.stringContaining('1 cannot be used: spectro-packs/archive/broken:1.0.0'),
    })
    expect(state.packs.some((pack) => pack.meta.name === 'late')).toBe(true)
  })

  it('takes no other pack along with one that the database cannot hold', async () => {
    const odd = tree('odd', '1.0.0', '')
    odd.set('pack.json', Buffer.from('{"name":"odd","version":"1.0.0","layer":"addon","displayName":"a\\u0000b"}'))
    await pushPack(client(), '', odd)
    await pushPack(client(), '', tree('beside', '1.0.0', ''))
    await reconcile()
    const state = await inSystem()
    expect(state.registry?.status.sync?.state).toBe('Success')
    expect(state.registry?.status.sync?.problems?.map(({ place }) => place)).toContain(
      'spectro-packs/archive/odd:1.0.0',
    )
    expect(state.packs.some((pack) => pack.meta.name === 'beside')).toBe(true)
  })

  it('that cannot be reached keeps the catalogue, and says what to check', async () => {
    const before = (await inSystem()).packs.length
    const gone = opened({
      clock: { ...systemClock, sleep: () => Promise.resolve() },
      registry: { ...registry, url: 'https://127.0.0.1:1' },
    })
    expect(await reconcile(gone)).toEqual({ outcome: 'again', afterMs: 30_000 })
    const state = await inSystem()
    expect(state.packs).toHaveLength(before)
    expect(state.registry?.status.sync).toMatchObject({
      state: 'Failed',
      message: expect.stringContaining('Check the'),
    })
    expect(state.registry?.status.sync?.lastSuccessAt).not.toBeNull()
  })

  describe('that breaks connections', () => {
    const egress = createEgress({
      allowedRanges: ['127.0.0.0/8'],
      allowPlainHttp: true,
      timeoutMs: 10_000,
      maxBytes: 100 * 1024 * 1024,
    })
    afterAll(() => egress.close())

    const through = (url: string) =>
      opened({
        egress,
        clock: { ...systemClock, sleep: () => Promise.resolve() },
        registry: { ...registry, url },
      })
    const blobPath = (name: string) => `/v2/${packRepository('', name)}/blobs/`

    it('is asked again; once it answers, nothing is missing', async () => {
      await pushPack(client(), '', tree('hiccup', '1.0.0', 'a: 1\n'))
      const proxy = await startCuttingProxy(registry, (path) => path.startsWith(blobPath('hiccup')) && proxy.cuts < 2)
      onTestFinished(() => proxy.stop())
      await reconcile(through(proxy.url))
      expect(proxy.cuts).toBe(2)
      const state = await inSystem()
      expect(state.registry?.status.sync?.state).toBe('Success')
      expect(state.packs.some((pack) => pack.meta.name === 'hiccup')).toBe(true)
    })

    it('for good has failed, and says where; the other packs are read', async () => {
      await pushPack(client(), '', tree('cut', '1.0.0', 'a: 1\n'))
      await pushPack(client(), '', tree('whole', '1.0.0', 'a: 1\n'))
      const proxy = await startCuttingProxy(registry, (path) => path.startsWith(blobPath('cut')))
      onTestFinished(() => proxy.stop())
      expect(await reconcile(through(proxy.url))).toEqual({ outcome: 'again', afterMs: 30_000 })
      const state = await inSystem()
      expect(state.registry?.status.sync).toMatchObject({
        state: 'Failed',
        message: expect.stringMatching(/archive\/cut:1\.0\.0: the registry cannot be reached/),
      })
      expect(state.packs.map((pack) => pack.meta.name)).toContain('whole')
    })
  })

  it.skipIf(process.platform !== 'linux')('whose reader somebody kills is read to the end', async () => {
    for (const name of ['k1', 'k2', 'k3']) await pushPack(client(), '', tree(name, '1.0.0', 'a: 1\n'))
    const before = readers()
    const subject = opened()
    const run = reconcile(subject)
    const reader = () => readers().find((pid) => !before.includes(pid))
    process.kill(await vi.waitUntil(reader, { timeout: 30_000, interval: 5 }), 'SIGKILL')
    expect(await run).toMatchObject({ outcome: 'again' })
    const state = await inSystem()
    expect(state.registry?.status.sync).toMatchObject({ state: 'Success' })
    expect(state.packs.map(({ meta }) => meta.name)).toEqual(expect.arrayContaining(['k1', 'k2', 'k3']))
  })

  it('does not stay in progress when the failure is ours', async () => {
    const { store } = database
    const transaction: Store['transaction'] = (tenant, actor, work) =>
      store.transaction(tenant, actor, (tx) =>
        work(
          new Proxy(tx, {
            get(target, name) {
              if (name === 'list') return () => Promise.reject(new Error('the disk is full'))
              const value: unknown = Reflect.get(target, name)
              return typeof value === 'function' ? value.bind(target) : value
            },
          }),
        ),
      )
    const broken = opened({ store: Object.assign(Object.create(store) as Store, { transaction }) })
    await expect(reconcile(broken)).rejects.toThrow('the disk is full')
    expect((await inSystem()).registry?.status.sync).toMatchObject({
      state: 'Failed',
      message: expect.stringContaining('management server'),
    })
  })
})
