import { createHash, X509Certificate } from 'node:crypto'
import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import { createEgress } from '@atrium/runtime/egress/egress.ts'
import { createKeyPair } from '@atrium/runtime/pki/keys.ts'
import { createSigningRequest } from '@atrium/runtime/pki/pki.ts'
import { agentNameOf } from '@atrium/server/link/agent-name.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { actor } from '../src/link-plane.ts'
import { converse, LinkWorld } from './support/link-world.ts'

/**
 * The link's operations are outside the API's table, so the tenancy probe does not see them: here each is tried by name,
 * as the neighbour in the same tenant, as an agent of another tenant, and with tokens that were made up.
 */
const routes = [
  'GET /link/v1/blobs/:digest',
  'POST /link/v1/enrol',
  'POST /link/v1/registry-token',
  'POST /link/v1/renew',
]
const repository = 'packs/hello'
const egress = createEgress({
  ...{ allowedRanges: ['127.0.0.0/8', '::1/128'], allowPlainHttp: false },
  ...{ timeoutMs: 20_000, maxBytes: 1024 * 1024 },
})

/** A cluster with a live session. */
interface Party {
  tenant: string
  clusterUid: string
  token: string
}

let world: LinkWorld
let csr: string
const parties: Party[] = []
const ends: (() => void)[] = []
/** Digests of what the first party's desired state names, and of that state. */
let digests: string[]
beforeAll(async () => {
  world = await LinkWorld.open()
  csr = await createSigningRequest(await createKeyPair())
  for (const tenant of [world.tenant, world.tenant, world.otherTenant]) parties.push(await connect(tenant))
  digests = await giveDesired(at(0))
})
afterAll(async () => {
  for (const end of ends) end()
  await world.close()
  await egress.close()
})

const at = (index: number): Party => parties[index] ?? { tenant: '', clusterUid: '', token: '' }

/** Holds a session open until the end of the file. */
async function connect(tenant: string): Promise<Party> {
  const { clusterUid, identity } = await world.enrolledAgent(tenant)
  return new Promise((resolve) => {
    void converse(world, {
      identity: identity.saved,
      whileOpen: (frames) => {
        resolve({ tenant, clusterUid, token: frames.at(-1)?.sessionToken ?? '' })
        return new Promise((end) => ends.push(end))
      },
    })
  })
}

const giveDesired = ({ tenant, clusterUid }: Party): Promise<string[]> =>
  world.plane.store.transaction(tenant, actor, async (tx) => {
    const valuesDigest = await tx.putBlob(Buffer.from('password: theirs\n'))
    const pack = { registry: 'https://localhost', repository, digest: `sha256:${'0'.repeat(64)}` }
    const layer = {
      id: 'p/hello',
      name: 'hello',
      profileUid: 'p',
      packUid: 'k',
      version: '1.0.0',
      kind: 'addon' as const,
    }
    const desired: DesiredState = {
      ...{ clusterUid, clusterName: 'c', epoch: 1, generation: 1, kubernetesVersion: '1.34.4' },
      layers: [{ ...layer, priority: 0, pack, valuesDigest, manifests: [], namespace: 'hello' }],
      policy: { drift: 'heal', nodes: 'heal' },
    }
    const digest = await tx.putBlob(Buffer.from(JSON.stringify(desired)))
    await tx.updateStatus('Cluster', clusterUid, { status: { desired: { epoch: 1, generation: 1, digest } } })
    return [valuesDigest, digest]
  })

async function send(route: string, token: string | null, body?: object): Promise<{ status: number; text: string }> {
  const [method = '', path = ''] = route.split(' ')
  const response = await egress.request(`${world.plane.url}${path}`, {
    method: method as 'GET',
    headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Link ${token}` }) },
    ...(body ? { body: JSON.stringify(body) } : {}),
    caBundle: world.plane.trust,
  })
  return { status: response.status, text: await response.text() }
}
const blob = (token: string | null, digest: string) => send(`GET /link/v1/blobs/${digest}`, token)
const registryToken = (token: string | null) => send('POST /link/v1/registry-token', token, { repository })
const renew = (token: string | null) => send('POST /link/v1/renew', token, { csr })
const enrol = (token: string) => send('POST /link/v1/enrol', null, { token, csr, agentVersion: '' })

test('the operations tried here are all there are', () => {
  const found: string[] = []
  const note = (method: string) => (path: string) => void found.push(`${method} ${path}`)
  const methods = ['get', 'post', 'put', 'patch', 'delete', 'route', 'all']
  world.plane.link.registerRoutes(Object.fromEntries(methods.map((name) => [name, note(name.toUpperCase())])) as never)
  expect(found.sort()).toEqual(routes)
})

test('an agent reads its own: the probe can tell', async () => {
  expect(await blob(at(0).token, digests[0] ?? '')).toEqual({ status: 200, text: 'password: theirs\n' })
  expect((await registryToken(at(0).token)).text).toContain(`${at(0).clusterUid}:${repository}`)
})

test('agents of other clusters read nothing of it, and cannot tell what exists', async () => {
  const absent = `sha256:${createHash('sha256').update('nothing').digest('hex')}`
  const anonymous = ({ status, text }: { status: number; text: string }): string =>
    `${status} ${text.replaceAll(/sha256:[0-9a-f]{64}/g, 'DIGEST').replace(/"ref":"[^"]*"/, '')}`
  for (const { token } of [at(1), at(2)]) {
    const unseen = anonymous(await blob(token, absent))
    expect(unseen).toMatch(/^404 /)
    for (const digest of digests) expect(anonymous(await blob(token, digest))).toBe(unseen)
    const refused = await registryToken(token)
    expect(refused.status).toBe(403)
  }
})

test('a renewed certificate names the cluster of the session, whatever was asked for', async () => {
  for (const party of [at(1), at(2)]) {
    const { certificate = '' } = JSON.parse((await renew(party.token)).text) as { certificate?: string }
    const { tenant, clusterUid } = party
    expect(agentNameOf(new X509Certificate(certificate))).toEqual({ tenant, clusterUid })
  }
})

test('tokens that were made up, belong to another purpose or name another cluster open nothing', async () => {
  const secretOf = (token: string): string => token.split('.')[2] ?? ''
  const { tenant, clusterUid } = at(0)
  const enrolment = (await world.plane.link.issueEnrolment({ tenant, clusterUid })).token.reveal()
  const forged = [
    ...[at(1), at(2)].map(({ token }) => `${tenant}.${clusterUid}.${secretOf(token)}`),
    `${at(2).tenant}.${clusterUid}.${secretOf(at(0).token)}`,
    `${tenant}.${clusterUid}.${'A'.repeat(43)}`,
    '..',
  ]
  for (const token of [null, enrolment, ...forged]) {
    const answers = [
      ...(await Promise.all(digests.map((digest) => blob(token, digest)))),
      await registryToken(token),
      await renew(token),
    ]
    expect(
      answers.map(({ status }) => status),
      `with ${token}`,
    ).toEqual(answers.map(() => 401))
  }
  for (const token of [at(0).token, ...forged]) expect((await enrol(token)).status, `with ${token}`).toBe(401)
  expect(await world.status(clusterUid)).toMatchObject({ connected: true, sessionEpoch: 2 })
})
