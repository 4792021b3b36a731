import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type PrivateRegistry, privatePassword, startPrivateRegistry } from '@atrium/dev-env/private-registry.ts'
import type { OciClient } from '@atrium/pack/sources/oci/client.ts'
import { packRepository, pushPack } from '@atrium/pack/sources/oci/pack-registry.ts'
import { digestOf } from '@atrium/pack/sources/oci/types.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { contentActor } from '@atrium/server/content/tenant.ts'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Caller } from './support/api.ts'
import {
  openRegistriesWorld,
  packTree,
  privateClient,
  type RegistriesWorld,
  withoutCatalogue,
} from './support/registries.ts'

let world: RegistriesWorld
let registry: PrivateRegistry
let call: Caller
let tenant: string
let client: OciClient
let awsCalls: { authorization: string; target: string }[]

/** Stands for AWS: whoever signs with this access key gets the registry's password; the installation's gets that of a role, if it names the tenant. */
const aws = createServer((request, response) => {
  const authorization = request.headers.authorization ?? ''
  if (authorization.includes('/sts/aws4_request')) return void takeRole(request, response)
  awsCalls.push({ authorization, target: String(request.headers['x-amz-target']) })
  const isKnown = authorization.startsWith('AWS4-HMAC-SHA256 Credential=AKIAKNOWN/')
  const token = Buffer.from(`AWS:${privatePassword}`).toString('base64')
  response.writeHead(isKnown ? 200 : 400)
  response.end(
    isKnown
      ? JSON.stringify({ authorizationData: [{ authorizationToken: token, expiresAt: 4e9 }] })
      : JSON.stringify({ __type: 'UnrecognizedClientException' }),
  )
})

async function takeRole(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = new URLSearchParams(await text(request))
  const isOurs = request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 Credential=AKIAOURS/')
  const isTrusted = form.get('RoleArn') === role && form.get('ExternalId') === tenant
  response.writeHead(isOurs && isTrusted ? 200 : 403)
  response.end(
    isOurs && isTrusted
      ? '<Credentials><AccessKeyId>AKIAKNOWN</AccessKeyId><SecretAccessKey>s/k=</SecretAccessKey><SessionToken>st</SessionToken></Credentials>'
      : '<Error><Code>AccessDenied</Code></Error>',
  )
}
const role = 'arn:aws:iam::123456789012:role/packs'

beforeAll(async () => {
  awsCalls = []
  aws.listen(0, '127.0.0.1')
  await once(aws, 'listening')
  const endpoint = `http://127.0.0.1:${(aws.address() as AddressInfo).port}/`
  const awsKeys = { accessKey: 'AKIAOURS', secretKey: new Secret('sk') }
  world = await openRegistriesWorld({ ecrEndpoint: endpoint, stsEndpoint: endpoint, awsKeys })
  registry = await startPrivateRegistry(['pia', 'AWS'])
  client = privateClient(registry, world.egress, 'pia')
  await world.content.ensurePublicRegistry()
  await world.settle()
  const made = await world.api.newTenant()
  call = made.call
  tenant = made.tenant.uid
})
afterAll(async () => {
  aws.close()
  await registry.stop()
  await world.close()
})

const spec = (more: object = {}, auth: object = {}) => ({
  endpoint: registry.url,
  basePath: 'team/a',
  providerType: 'pack',
  isSyncSupported: true,
  auth: {
    type: 'basic',
    username: 'pia',
    password: privatePassword,
    tls: { enabled: true, certificate: registry.caBundle },
    ...auth,
  },
  ...more,
})
const create = (name: string, more: object = {}, auth: object = {}) =>
  call('POST /v1/registries/oci/basic', { body: { metadata: { name }, spec: spec(more, auth) } })
const push = (name: string, version: string, values: string, base = 'team/a') =>
  pushPack(client, base, packTree(name, version, values))
const told = async (uid: string) => (await call(`GET /atrium/v1/registries/${uid}`)).body.sync
const sync = async (uid: string, query: Record<string, string> = {}) => {
  expect((await call(`POST /v1/registries/oci/${uid}/basic/sync`, { query })).status).toBe(202)
  await world.settle()
  return told(uid)
}
const versions = async (name: string, uid: string): Promise<{ version: string; packUid: string }[]> =>
  (await call(`GET /v1/packs/${name}/registries/${uid}`)).body.tags
const makeProfile = async (name: string, pack: string, registryUid: string): Promise<string> => {
  const packs = [{ name: pack, tag: '1.0.0', type: 'spectro', registryUid, values: '' }]
  const body = { metadata: { name }, spec: { template: { cloudType: 'all', type: 'add-on', packs }, variables: null } }
  const made = await call('POST /v1/clusterprofiles', { body })
  expect(made.status, made.text).toBe(201)
  return made.body.uid
}
const layer = async (profile: string) => (await call(`GET /v1/clusterprofiles/${profile}`)).body.spec.published.packs[0]

describe('a private registry', () => {
  it('is tried before it is saved, and what is wrong is named', async () => {
    const wrong = await create('wrong', {}, { password: 'no' })
    expect(wrong).toMatchObject({ status: 400, body: { code: 'InvalidRequest', details: { field: 'spec.auth' } } })
    const none = await create('none', { endpoint: 'https://127.0.0.1:1' })
    expect(none).toMatchObject({ status: 400, body: { details: { field: 'spec.endpoint' } } })
    const odd = await create('odd', { endpoint: 'https://user:pw@127.0.0.1' })
    expect(odd).toMatchObject({ status: 400, body: { details: { field: 'spec.endpoint' } } })
    const lax = await create('lax', {}, { tls: { enabled: true, insecureSkipVerify: true } })
    expect(lax).toMatchObject({ status: 400, body: { details: { field: 'spec.auth.tls.insecureSkipVerify' } } })
    for (const field of ['username', 'password']) {
      const bare = await call('POST /v1/registries/oci/basic/validate', { body: spec({}, { [field]: '' }) })
      expect(bare).toMatchObject({ status: 400, body: { details: { field: `spec.auth.${field}` } } })
    }
    expect((await call('POST /v1/registries/oci/basic/validate', { body: spec() })).status).toBe(204)
    expect((await call('GET /v1/registries/oci/summary')).body.items).toEqual([])
  })

  it('gives its packs to the tenant alone, byte for byte, and tells what cannot be used', async () => {
    const pushed = await push('web', '1.0.0', 'a: 1\n')
    await client.pushManifest(packRepository('team/a', 'broken'), '1.0.0', {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: {
        mediaType: 'x',
        digest: await client.pushBlob(packRepository('team/a', 'broken'), Buffer.from('{}')),
        size: 2,
      },
      layers: [],
    })
    await push('elsewhere', '1.0.0', '', 'team/b')
    const { uid } = (await create('packs')).body
    await world.settle()
    expect(await told(uid)).toMatchObject({
      state: 'Success',
      counts: { offered: 2, usable: 1, changed: 2, failed: 1, leftOut: 0 },
      problems: [{ place: 'team/a/spectro-packs/archive/broken:1.0.0', message: expect.stringContaining('no pack') }],
    })
    const found = await call('POST /v1/packs/search', { body: { filter: { registryUid: [uid] } } })
    expect(found.body.items.map((item: { spec: { name: string } }) => item.spec.name)).toEqual(['web'])
    const stranger = await world.api.newTenant()
    expect((await stranger.call(`GET /v1/packs/web/registries/${uid}`)).status).toBe(404)
    const kept = `atrium-kept/${tenant}/${uid}/web`
    expect((await world.content.platformClient?.manifest(kept, pushed.digest))?.digest).toBe(pushed.digest)
    expect((await call(`GET /v1/registries/oci/${uid}/ecr`)).status).toBe(404)
    const either = await call(`GET /v1/registries/oci/${uid}`)
    expect(either.text).not.toContain(privatePassword)
    expect(either.body).toMatchObject({
      type: 'basic',
      providerType: 'pack',
      scope: 'tenant',
      auth: { username: 'pia' },
    })
    const shown = await call(`GET /v1/registries/oci/${uid}/basic`)
    expect(shown.text).not.toContain(privatePassword)
    expect(shown.body).toMatchObject({
      spec: { providerType: 'pack', basePath: 'team/a', auth: { username: 'pia', tls: { enabled: true } } },
      status: { syncStatus: { isSyncSupported: true, status: 'Success' } },
    })
    // What could not be used and is the same still is not read again, unless that is asked for.
    expect((await sync(uid)).counts).toMatchObject({ changed: 0, failed: 1 })
    expect((await sync(uid, { forceSync: 'true' })).counts).toMatchObject({ changed: 1, failed: 1 })
  })

  it('keeps its password for its own address', async () => {
    const { uid } = (await create('moving')).body
    const change = (body: object) =>
      call(`PUT /v1/registries/oci/${uid}/basic`, { body: { metadata: { name: 'moving' }, spec: body } })
    expect((await change(spec({}, { password: '********' }))).status).toBe(204)
    const away = await change(spec({ endpoint: 'https://127.0.0.1:1' }, { password: '********' }))
    expect(away).toMatchObject({ status: 400, body: { details: { field: 'spec.auth.password' } } })
    expect((await call(`DELETE /v1/registries/oci/${uid}/basic`)).status).toBe(204)
  })

  it('changes no profile by moving a tag: it is told, and taken when it is accepted', async () => {
    const first = await push('moved', '1.0.0', 'a: 1\n')
    const { uid } = (await create('tags')).body
    await world.settle()
    const profile = await makeProfile('of-moved', 'moved', uid)
    const second = await push('moved', '1.0.0', 'a: 2\n')
    expect((await sync(uid)).counts).toMatchObject({ moved: 1 })
    expect(await layer(profile)).toMatchObject({
      digest: first.digest,
      isInvalid: true,
      inValidReason: expect.stringContaining('other content'),
    })
    const seen = await world.api.context.store.transaction(tenant, contentActor, async (tx) => ({
      profile: await tx.get('ClusterProfile', profile),
      events: await tx.events({ kind: 'ClusterProfile', uid: profile }, { limit: 0 }),
    }))
    expect(seen.profile?.conditions).toMatchObject([
      { type: 'ContentCurrent', status: 'False', reason: 'ContentMoved' },
    ])
    expect(seen.events.items.map(({ reason }) => reason)).toEqual(['ContentMoved'])
    const packs = [{ ...(await layer(profile)), uid: (await layer(profile)).packUid }]
    const saved = await call(`PUT /v1/clusterprofiles/${profile}`, { body: { spec: { template: { packs } } } })
    expect(saved.status, saved.text).toBe(204)
    expect((await layer(profile)).digest).toBe(first.digest)
    expect((await call(`POST /atrium/v1/profiles/${profile}/content`)).body).toEqual({ layers: ['moved'] })
    const accepted = await layer(profile)
    expect(accepted.digest).toBe(second.digest)
    expect(accepted.isInvalid).toBeFalsy()
    expect((await versions('moved', uid)).map(({ packUid }) => packUid)).toEqual([accepted.packUid])
  })

  it('stays as long as a profile uses it, and its packs go with it', async () => {
    await push('used', '1.0.0', '')
    const { uid } = (await create('in-use')).body
    await world.settle()
    const profile = await makeProfile('of-used', 'used', uid)
    const refused = await call(`DELETE /v1/registries/oci/${uid}/basic`)
    expect(refused).toMatchObject({ status: 409, body: { code: 'ResourceInUse' } })
    expect(refused.body.message).toContain('of-used')
    expect((await call(`DELETE /v1/clusterprofiles/${profile}`)).status).toBe(204)
    expect((await call(`DELETE /v1/registries/oci/${uid}/basic`)).status).toBe(204)
    expect((await call(`GET /v1/registries/oci/${uid}/basic`)).status).toBe(404)
    await world.settle()
    const left = await world.api.context.store.transaction(tenant, contentActor, async (tx) => ({
      registry: await tx.get('Registry', uid),
      packs: (await tx.list('Pack', { where: { registryUid: uid } })).count,
    }))
    expect(left).toEqual({ registry: null, packs: 0 })
  })

  it('keeps copies as long as anything uses them, or may, and no longer', async () => {
    const first = await push('fading', '1.0.0', 'a: 1\n', 'fading')
    const { uid } = (await create('fading', { basePath: 'fading' })).body
    await world.settle()
    const kept = (digest: string) =>
      world.content.platformClient?.manifest(`atrium-kept/${tenant}/${uid}/fading`, digest)
    const rows = () =>
      world.api.context.store.transaction(tenant, contentActor, async (tx) =>
        (await tx.list('Pack', { where: { registryUid: uid } })).items.map(({ spec: { digest } }) => digest),
      )
    const profile = await makeProfile('of-fading', 'fading', uid)
    const second = await push('fading', '1.0.0', 'a: 2\n', 'fading')
    world.collectTimes.keepMs = 0
    onTestFinished(() => void (world.collectTimes.keepMs = 3_600_000))
    await sync(uid)
    await sync(uid)
    expect(await rows(), 'a profile holds the former content').toHaveLength(2)
    expect((await call(`POST /atrium/v1/profiles/${profile}/content`)).body).toEqual({ layers: ['fading'] })
    world.collectTimes.keepMs = 3_600_000
    await sync(uid)
    expect(await rows(), 'it was offered a moment ago').toHaveLength(2)
    world.collectTimes.keepMs = 0
    world.collectTimes.settleMs = 3_600_000
    onTestFinished(() => void (world.collectTimes.settleMs = 0))
    await sync(uid)
    expect(await kept(first.digest), 'it was given up a moment ago').not.toBeNull()
    world.collectTimes.settleMs = 0
    // What comes back meanwhile is not taken away with the former.
    await push('fading', '1.0.0', 'a: 1\n', 'fading')
    world.collectTimes.settleMs = 3_600_000
    await sync(uid)
    world.collectTimes.settleMs = 0
    world.collectTimes.keepMs = 3_600_000
    await sync(uid)
    expect((await rows()).sort()).toEqual([first.digest, second.digest].sort())
    expect(await kept(first.digest)).not.toBeNull()
    expect(await versions('fading', uid)).toHaveLength(1)
    expect((await layer(profile)).isInvalid).toBe(true)

    expect((await call(`DELETE /v1/clusterprofiles/${profile}`)).status).toBe(204)
    world.collectTimes.keepMs = 0
    await sync(uid)
    await sync(uid)
    expect(await rows()).toEqual([first.digest])
    expect(await kept(second.digest)).toBeNull()
    expect((await call(`DELETE /v1/registries/oci/${uid}/basic`)).status).toBe(204)
    await world.settle()
    expect(await rows()).toEqual([])
    expect(await kept(first.digest), 'the copies of a registry go with it').toBeNull()
  })

  it('is read when its hook is called with the token', async () => {
    const { uid } = (await create('hooked')).body
    const { path, token } = (await call(`POST /atrium/v1/registries/${uid}/hook`)).body
    await world.settle()
    const nobody = world.api.as({})
    await push('hooked', '1.0.0', '')
    const hook = (authorization: string) => nobody(`POST ${path}`, { headers: { authorization } })
    expect((await hook('Bearer wrong')).status).toBe(401)
    expect((await nobody(`POST ${path.replace(uid, 'f'.repeat(24))}`)).status).toBe(401)
    await world.settle()
    expect((await call(`GET /v1/packs/hooked/registries/${uid}`)).status).toBe(404)
    expect((await hook(`Bearer ${token}`)).status).toBe(202)
    await world.settle()
    expect((await versions('hooked', uid)).map(({ version }) => version)).toEqual(['1.0.0'])
  })
})

describe('a Helm repository', () => {
  it('shows what is said beside its token to whoever may change it', async () => {
    const auth = { type: 'token', username: 'robot', token: 'hush' }
    const body = {
      metadata: { name: 'charts' },
      spec: { endpoint: 'https://charts.example', isPrivate: true, auth, createOption: { skipSync: true } },
    }
    const { uid } = (await call('POST /v1/registries/helm', { body })).body
    expect((await call(`GET /v1/registries/helm/${uid}`)).body.spec.auth).toMatchObject(auth)
  })
})

describe('a registry that does not list what it holds', () => {
  it('is saved, says what to do, and is read by the names it is told', async () => {
    await push('by-name', '1.0.0', 'a: 1\n', 'mute')
    await push('not-named', '1.0.0', '', 'mute')
    const mute = await withoutCatalogue(registry)
    onTestFinished(() => mute.stop())
    const tls = { enabled: true, certificate: mute.caBundle }
    const more = { endpoint: mute.url, basePath: 'mute' }
    const wrong = await create('mute', more, { tls, password: 'no' })
    expect(wrong).toMatchObject({ status: 400, body: { details: { field: 'spec.auth' } } })
    const made = await create('mute', more, { tls })
    expect(made.status, made.text).toBe(201)
    const { uid } = made.body
    await world.settle()
    expect(await told(uid)).toMatchObject({
      state: 'Failed',
      message: expect.stringMatching(/does not list its repositories.*registry set NAME --repository/),
    })
    const settings = (repositories: string[]) =>
      call(`PATCH /atrium/v1/registries/${uid}/settings`, { body: { repositories } })
    for (const odd of ['../x', 'a/b', 'a b'])
      expect(await settings([odd])).toMatchObject({ status: 400, body: { details: { field: 'repositories' } } })
    expect((await settings(['By-Name', 'absent'])).status).toBe(204)
    await world.settle()
    expect(await told(uid)).toMatchObject({
      state: 'Success',
      counts: { offered: 1, usable: 1, failed: 1 },
      problems: [{ place: 'mute/spectro-packs/archive/absent' }],
    })
    expect(await versions('by-name', uid)).toHaveLength(1)
    const change = { metadata: { name: 'mute' }, spec: spec(more, { tls }) }
    expect((await call(`PUT /v1/registries/oci/${uid}/basic`, { body: change })).status).toBe(204)
    expect((await call(`GET /atrium/v1/registries/${uid}`)).body.repositories).toEqual(['By-Name', 'absent'])
    expect((await settings([])).status).toBe(204)
    await world.settle()
    expect(await told(uid)).toMatchObject({ state: 'Failed' })
    expect(await versions('by-name', uid), 'what was read stays').toHaveLength(1)
  })
})

describe('a registry of AWS', () => {
  const ecr = (accessKey: string) => ({
    metadata: { name: 'ecr' },
    spec: {
      endpoint: registry.url.replace('https://', ''),
      isPrivate: true,
      providerType: 'pack',
      isSyncSupported: true,
      baseContentPath: 'team/a',
      defaultRegion: 'eu-west-1',
      credentials: { credentialType: 'secret', accessKey, secretKey: 'sk' },
      tls: { enabled: true, certificate: registry.caBundle },
    },
  })

  it('is signed in to by a role that names the tenant, and by no other', async () => {
    const { spec: base } = ecr('')
    const bySts = (sts: object) => {
      const body = { metadata: { name: 'by-role' }, spec: { ...base, credentials: { credentialType: 'sts', sts } } }
      return call('POST /v1/registries/oci/ecr', { body })
    }
    const at = (field: string) => ({ status: 400, body: { details: { field: `spec.credentials.sts.${field}` } } })
    expect(await bySts({ arn: 'packs', externalId: tenant })).toMatchObject(at('arn'))
    const { tenant: other } = await world.api.newTenant()
    for (const externalId of ['', 'guessed', other.uid])
      expect(await bySts({ arn: role, externalId })).toMatchObject(at('externalId'))
    const untrusted = await bySts({ arn: role.replace('packs', 'others'), externalId: tenant })
    expect(untrusted).toMatchObject({ status: 400, body: { details: { field: 'spec.credentials' } } })
    expect(untrusted.body.message).toContain('AccessDenied')
    const made = await bySts({ arn: role, externalId: tenant })
    expect(made.status, made.text).toBe(201)
    await world.settle()
    expect(await told(made.body.uid)).toMatchObject({ state: 'Success' })
    expect(awsCalls.at(-1)?.authorization).toContain('x-amz-security-token')
    expect((await call(`GET /v1/registries/oci/${made.body.uid}/ecr`)).body.spec.credentials).toEqual({
      credentialType: 'sts',
      sts: { arn: role, externalId: tenant },
    })
    expect((await call(`DELETE /v1/registries/oci/${made.body.uid}/ecr`)).status).toBe(204)
  })

  it('is signed in to by a token of its service', async () => {
    const refused = await call('POST /v1/registries/oci/ecr', { body: ecr('AKIAWRONG') })
    expect(refused).toMatchObject({ status: 400, body: { details: { field: 'spec.credentials' } } })
    const made = await call('POST /v1/registries/oci/ecr', { body: ecr('AKIAKNOWN') })
    expect(made.status, made.text).toBe(201)
    await world.settle()
    const { uid } = made.body
    expect(await told(uid)).toMatchObject({ state: 'Success' })
    expect(awsCalls.at(-1)).toMatchObject({
      target: 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
      authorization: expect.stringMatching(/\/eu-west-1\/ecr\/aws4_request, SignedHeaders=.*, Signature=[0-9a-f]{64}$/),
    })
    expect((await call(`GET /v1/registries/oci/${uid}/ecr`)).body.spec).toMatchObject({
      endpoint: registry.url.replace('https://', ''),
      credentials: { accessKey: 'AKIAKNOWN', secretKey: '********' },
    })
    const either = (await call(`GET /v1/registries/oci/${uid}`)).body
    expect(either).toMatchObject({ type: 'ecr', defaultRegion: 'eu-west-1' })
    expect(either).not.toHaveProperty('auth')
    expect((await call(`DELETE /v1/registries/oci/${uid}/ecr`)).status).toBe(204)
  })
})

describe('a registry of signed packs', () => {
  const repository = packRepository('signed', 'sealed')
  const keys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })

  async function signDigest(digest: string, about: string, key: KeyObject): Promise<void> {
    const critical = {
      identity: {},
      image: { 'docker-manifest-digest': about },
      type: 'cosign container image signature',
    }
    const payload = Buffer.from(JSON.stringify({ critical, optional: null }))
    const annotations = { 'dev.cosignproject.cosign/signature': sign('sha256', payload, key).toString('base64') }
    const config = Buffer.from('{}')
    await client.pushBlob(repository, config)
    await client.pushBlob(repository, payload)
    await client.pushManifest(repository, `${digest.replace(':', '-')}.sig`, {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config), size: config.length },
      layers: [
        {
          mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
          digest: digestOf(payload),
          size: payload.length,
          annotations,
        },
      ],
    })
  }

  it('gives only what is signed by its key, for exactly this content', async () => {
    const { publicKey, privateKey } = keys()
    const pem = String(publicKey.export({ type: 'spki', format: 'pem' }))
    const { digest } = await push('sealed', '1.0.0', 'a: 1\n', 'signed')
    const { uid } = (await create('signed', { basePath: 'signed' })).body
    await world.settle()
    expect(await versions('sealed', uid)).toHaveLength(1)
    const profile = await makeProfile('of-sealed', 'sealed', uid)
    const settings = (signatureKey: string) =>
      call(`PATCH /atrium/v1/registries/${uid}/settings`, { body: { signatureKey } })
    expect((await settings('nonsense')).status).toBe(400)
    expect((await settings(pem)).status).toBe(204)
    await world.settle()
    const none = await call(`GET /v1/packs/sealed/registries/${uid}`)
    expect(none.status, 'what is not signed is withdrawn').toBe(404)
    expect((await told(uid)).problems[0].message).toContain('not signed')
    expect((await layer(profile)).isInvalid).toBe(true)

    await signDigest(digest, `sha256:${'0'.repeat(64)}`, privateKey)
    expect((await sync(uid, { forceSync: 'true' })).problems[0].message).toContain('not by the key')
    await signDigest(digest, digest, keys().privateKey)
    expect((await sync(uid, { forceSync: 'true' })).problems[0].message).toContain('not by the key')
    await signDigest(digest, digest, privateKey)
    expect(await sync(uid, { forceSync: 'true' })).toMatchObject({ counts: { usable: 1 }, problems: [] })
    expect(await versions('sealed', uid)).toHaveLength(1)
    expect((await layer(profile)).isInvalid).toBeFalsy()
    onTestFinished(async () => void (await call(`DELETE /v1/clusterprofiles/${profile}`)))
  })
})
