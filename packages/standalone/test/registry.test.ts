import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@atrium/dev-env/free-port.ts'
import { toolPath } from '@atrium/dev-env/tool-paths.ts'
import { basicAuth, bearerFrom } from '@atrium/pack/sources/oci/auth.ts'
import { OciClient } from '@atrium/pack/sources/oci/client.ts'
import { packRepository, pullPack, pushPack } from '@atrium/pack/sources/oci/pack-registry.ts'
import { digestOf, OciError } from '@atrium/pack/sources/oci/types.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { createEgress } from '@atrium/runtime/egress/egress.ts'
import { createKeyPair } from '@atrium/runtime/pki/keys.ts'
import { createAuthority, issueCertificate } from '@atrium/runtime/pki/pki.ts'
import {
  createRegistryTokens,
  type RegistryAccess,
  type RegistryTokens,
  registryKeySet,
} from '@atrium/server/content/registry-tokens.ts'
import { isRunning, stopProcess } from '@atrium/toolchain/process.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RegistryOptions, startRegistry, stopRegistry } from '../src/registry/registry.ts'
import { sweepRegistry } from '../src/registry/sweep.ts'

const deps = { clock: systemClock, random: systemRandom }
const egress = createEgress({
  allowedRanges: ['127.0.0.0/8'],
  allowPlainHttp: false,
  timeoutMs: 10_000,
  maxBytes: 100 * 1024 * 1024,
})
let folder: string
let options: RegistryOptions
let tokens: RegistryTokens
let tokenKey: Secret<string>

/** A client whose tokens carry `access` whatever the registry asks for. */
const clientWith = (access: RegistryAccess[] | 'asked', issuer: RegistryTokens = tokens): OciClient =>
  new OciClient({
    endpoint: `https://127.0.0.1:${options.port}`,
    caBundle: options.caPem,
    egress,
    ...deps,
    authorize: bearerFrom(async (scope) => {
      const [type = '', name = '', actions = ''] = scope.split(':')
      const asked = [{ type: type as 'repository', name, actions: actions.split(',') }]
      return (await issuer.issue({ access: access === 'asked' ? asked : access, subject: 'test' })).token
    }),
  })

const text = (content: string): Buffer => Buffer.from(content)
const packTree = (version: string, message: string) =>
  new Map<string, Uint8Array>([
    [
      'pack.json',
      text(JSON.stringify({ name: 'Hello', version, layer: 'addon', kubeManifests: ['manifests/m.yaml'] })),
    ],
    ['values.yaml', text('# a comment\nmanifests:\n  m: {}\n')],
    ['manifests/m.yaml', text(`message: ${message}\n`)],
  ])

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'registry-'))
  const authority = await createAuthority({ ...deps, commonName: 'test', validityMs: 3_600_000 })
  const certificate = await issueCertificate(authority, {
    ...deps,
    commonName: 'registry',
    ipAddresses: ['127.0.0.1'],
    usages: ['server'],
    validityMs: 3_600_000,
  })
  tokenKey = new Secret((await createKeyPair('ec')).privateKeyPem)
  tokens = createRegistryTokens({ privateKeyPem: tokenKey, issuer: 'atrium', service: 'registry', ...deps })
  options = {
    folder: join(folder, 'registry'),
    logFile: join(folder, 'registry.log'),
    recordFile: join(folder, 'registry.json'),
    binary: toolPath('registry'),
    port: await freePort(),
    certificatePem: certificate.certificatePem,
    privateKeyPem: certificate.privateKeyPem,
    caPem: authority.certificatePem,
    keySet: await registryKeySet(tokenKey),
    realm: 'https://127.0.0.1:1/token',
    issuer: 'atrium',
    service: 'registry',
  }
  await startRegistry(options)
})

afterAll(async () => {
  await stopRegistry(options)
  await egress.close()
  await rm(folder, { recursive: true, force: true })
})

describe('packs in a real registry', () => {
  const repository = packRepository('', 'Hello')

  it('are pushed once, and pulled by tag and by digest unchanged', async () => {
    const client = clientWith('asked')
    const first = await pushPack(client, '', packTree('1.0.0', 'one'))
    expect(first).toMatchObject({ repository: 'spectro-packs/archive/hello', name: 'Hello', pushed: true })
    expect(await pushPack(client, '', packTree('1.0.0', 'one'))).toEqual({ ...first, pushed: false })
    const changed = await pushPack(client, '', packTree('1.1.0+b', 'two'))
    expect(changed.digest).not.toBe(first.digest)
    expect((await client.tags(repository))?.sort()).toEqual(['1.0.0', '1.1.0_b'])
    expect(await client.repositories()).toContain(repository)
    const pulled = await pullPack(client, repository, first.digest)
    expect(pulled.digest).toBe(first.digest)
    expect(pulled.pack.values).toBe('# a comment\nmanifests:\n  m: {}\n')
    expect(pulled.pack.manifests).toEqual([{ path: 'manifests/m.yaml', content: 'message: one\n' }])
    const manifest = await client.manifest(repository, '1.0.0')
    expect(manifest?.manifest.config.mediaType).toBe('application/vnd.unknown.config.v1+json')
    expect(manifest?.manifest.layers[0]?.annotations).toEqual({
      'org.opencontainers.image.title': 'Hello-1.0.0.tar.gz',
    })
  })

  it('answer null for what is not there, and an error for a pull', async () => {
    const client = clientWith('asked')
    expect(await client.tags('spectro-packs/archive/none')).toBeNull()
    expect(await client.manifest(repository, '9.9.9')).toBeNull()
    await expect(pullPack(client, repository, digestOf(text('x')))).rejects.toMatchObject({ status: 404 })
  })
})

describe('tokens', () => {
  const repository = 'spectro-packs/archive/hello'
  const pull = { type: 'repository' as const, name: repository, actions: ['pull'] }

  it('open exactly the repository and the actions they name', async () => {
    const reader = clientWith([pull])
    expect(await reader.tags(repository)).toContain('1.0.0')
    await expect(reader.pushBlob(repository, text('new'))).rejects.toMatchObject({ status: 401 })
    await expect(reader.tags('spectro-packs/archive/other')).rejects.toMatchObject({ status: 401 })
    await expect(reader.repositories()).rejects.toMatchObject({ status: 401 })
    await expect(clientWith([]).tags(repository)).rejects.toBeInstanceOf(OciError)
  })

  it('of another key, of another service or too old open nothing', async () => {
    const other = {
      privateKeyPem: new Secret((await createKeyPair('ec')).privateKeyPem),
      issuer: 'atrium',
      service: 'registry',
    }
    await expect(
      clientWith('asked', createRegistryTokens({ ...other, ...deps })).tags(repository),
    ).rejects.toMatchObject({
      status: 401,
    })
    const { token } = await tokens.issueRegistryToken({ repository, actions: ['pull'], subject: 'x' })
    expect(JSON.stringify({ token })).toBe('{"token":"[secret]"}')
    const anonymous = new OciClient({
      endpoint: `https://127.0.0.1:${options.port}`,
      caBundle: options.caPem,
      egress,
      ...deps,
      clock: { ...systemClock, sleep: () => Promise.resolve() },
      authorize: basicAuth(null, egress, options.caPem),
    })
    await expect(anonymous.tags(repository)).rejects.toBeInstanceOf(OciError)
  })

  it('end after five minutes at most, whatever was asked for', async () => {
    const asked = await tokens.issueRegistryToken({ repository, actions: ['pull'], subject: 'x', ttlMs: 3_600_000 })
    expect(asked.ttlMs).toBe(300_000)
    const past = { ...deps, clock: { ...systemClock, now: () => systemClock.now() - 3_600_000 } }
    const stale = createRegistryTokens({ privateKeyPem: tokenKey, issuer: 'atrium', service: 'registry', ...past })
    await expect(clientWith('asked', stale).tags(repository)).rejects.toMatchObject({ status: 401 })
  })
})

describe('the process', () => {
  it('is adopted with the same configuration, restarted with another, and keeps its content after kill', async () => {
    const first = await startRegistry(options)
    expect(first.adopted).toBe(true)
    const renamed = await startRegistry({ ...options, realm: 'https://127.0.0.1:1/other' })
    expect(renamed.adopted).toBe(false)
    expect(isRunning(first.record)).toBe(false)
    await stopProcess(renamed.record, { graceMs: 0 })
    const again = await startRegistry(options)
    expect(again.adopted).toBe(false)
    expect(await clientWith('asked').tags('spectro-packs/archive/hello')).toContain('1.0.0')
  })

  it('frees the bytes of what was removed, and of nothing else, once it does not run', async () => {
    const client = clientWith('asked')
    const repository = packRepository('', 'Swept')
    const tree = (version: string) =>
      new Map<string, Uint8Array>([
        ['pack.json', text(JSON.stringify({ name: 'Swept', version, layer: 'addon' }))],
        ['values.yaml', text(`v: ${version}\n`)],
      ])
    const [gone, stays] = [await pushPack(client, '', tree('1.0.0')), await pushPack(client, '', tree('1.1.0'))]
    const layer = async (digest: string) => (await client.manifest(repository, digest))?.manifest.layers[0]?.digest
    const blobOf = async (digest: string): Promise<string> => {
      const hex = (await layer(digest))?.slice('sha256:'.length) ?? ''
      return join(options.folder, 'content/docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data')
    }
    const files = [await blobOf(gone.digest), await blobOf(stays.digest)]
    await client.deleteManifest(repository, gone.digest)
    await client.deleteManifest(repository, gone.digest)
    expect(await client.manifest(repository, gone.digest)).toBeNull()
    await sweepRegistry(options)
    expect(
      files.map((file) => existsSync(file)),
      'a registry that runs is left alone',
    ).toEqual([true, true])
    await stopRegistry(options)
    await sweepRegistry(options)
    expect(files.map((file) => existsSync(file))).toEqual([false, true])
    await startRegistry(options)
    expect((await pullPack(client, repository, stays.digest)).pack.values).toBe('v: 1.1.0\n')
    await pushPack(client, '', tree('1.0.0'))
    expect((await pullPack(client, repository, gone.digest)).pack.values).toBe('v: 1.0.0\n')
  })

  it('says why it did not start when the port is taken', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const other = { ...options, folder: join(folder, 'other'), recordFile: join(folder, 'other.json'), port }
    await expect(startRegistry(other)).rejects.toThrow(/did not start/)
    await stopRegistry(other)
    server.close()
  })
})
