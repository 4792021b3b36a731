import { sign, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { renewalTimeMs, renewIdentity } from '@atrium/agent/link/identity.ts'
import { openPlaneLink } from '@atrium/agent/link/link.ts'
import { PlaneHttp } from '@atrium/agent/link/plane-http.ts'
import type { AgentIdentity, AgentReport, PlaneLink } from '@atrium/agent/ports.ts'
import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import { linkLimits } from '@atrium/api/link/protocol.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { certificateFingerprint, createKeyPair } from '@atrium/runtime/pki/keys.ts'
import { createSigningRequest, issueCertificate } from '@atrium/runtime/pki/pki.ts'
import { agentUri } from '@atrium/server/link/agent-name.ts'
import type { ReportMessage } from '@atrium/tunnel/link/server-machine.ts'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import {
  actor,
  createBareCluster,
  deps,
  type LinkPlane,
  type LinkPlaneOptions,
  newAuthorities,
  startLinkPlane,
} from '../src/link-plane.ts'
import { createTestDatabase, type TestDatabase } from '../src/postgres.ts'

let database: TestDatabase
let folder: string
let planeOptions: LinkPlaneOptions
let plane: LinkPlane
let tenant: string
let otherTenant: string
/** What the plane stored of each cluster, in order. */
const stored = new Map<string, ReportMessage[]>()
const links: PlaneLink[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  folder = mkdtempSync(join(tmpdir(), 'atrium-link-'))
  planeOptions = {
    ...(await newAuthorities()),
    database,
    rootKeyFile: join(folder, 'root.key'),
    applyReport: async (_tx, clusterUid, message) => {
      stored.set(clusterUid, [...(stored.get(clusterUid) ?? []), message])
    },
  }
  plane = await startLinkPlane(planeOptions)
  tenant = (await plane.store.system.createTenant({ name: 'one' })).uid
  otherTenant = (await plane.store.system.createTenant({ name: 'two' })).uid
})
afterEach(async () => {
  for (const link of links.splice(0)) await link.close()
})
afterAll(async () => {
  await plane?.stop()
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

const until = async (what: string, reached: () => boolean | Promise<boolean>, limitMs = 20_000): Promise<void> => {
  const end = Date.now() + limitMs
  while (!(await reached())) {
    if (Date.now() > end) throw new Error(`not reached within ${limitMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

interface Agent {
  clusterUid: string
  dir: string
  identity: { saved: AgentIdentity | null }
}

const newAgent = async (inTenant = tenant): Promise<Agent> => {
  const clusterUid = await createBareCluster(plane.store, inTenant, `c-${systemRandom.bytes(4).toString('hex')}`)
  const dir = mkdtempSync(join(folder, 'agent-'))
  await pushSecret(dir, inTenant, clusterUid)
  return { clusterUid, dir, identity: { saved: null } }
}
const pushSecret = async (dir: string, inTenant: string, clusterUid: string): Promise<void> => {
  const { token } = await plane.link.issueEnrolment({ tenant: inTenant, clusterUid })
  mkdirSync(dir, { recursive: true })
  const fields = { token: token.reveal(), serverUrl: plane.url, 'ca.crt': plane.trust, clusterUid }
  for (const [name, value] of Object.entries(fields)) writeFileSync(join(dir, name), value)
}
const openLink = (agent: Agent, podName = 'agent-0'): PlaneLink & { desired: DesiredState[] } => {
  const link = openPlaneLink({
    ...deps,
    logger: silentLogger,
    enrolmentDir: agent.dir,
    surroundings: {
      identity: {
        load: async () => agent.identity.saved,
        save: async (identity) => {
          agent.identity.saved = identity
        },
      },
      applied: () => null,
      agentVersion: '0.1.0',
      podName,
    },
  })
  links.push(link)
  const desired: DesiredState[] = []
  link.onDesired((state) => desired.push(state))
  return Object.assign(link, { desired })
}
const agentStatus = (clusterUid: string, inTenant = tenant) =>
  plane.store.transaction(inTenant, actor, async (tx) => (await tx.get('Cluster', clusterUid))?.status.agent)

const desiredOf = (clusterUid: string, generation: number, valuesDigest: string): DesiredState => ({
  clusterUid,
  clusterName: 'demo',
  epoch: 1,
  generation,
  kubernetesVersion: '1.34.4',
  layers: [
    {
      id: 'p/hello',
      name: 'hello',
      profileUid: 'p',
      packUid: 'k',
      version: '1.0.0',
      kind: 'addon',
      priority: 0,
      pack: { registry: 'https://localhost', repository: 'packs/hello', digest: `sha256:${'0'.repeat(64)}` },
      valuesDigest,
      manifests: [],
      namespace: 'hello',
    },
  ],
  policy: { drift: 'heal', nodes: 'heal' },
})
const setDesired = (clusterUid: string, generation: number, inTenant = tenant): Promise<string> =>
  plane.store.transaction(inTenant, actor, async (tx) => {
    const values = await tx.putBlob(Buffer.from(`replicas: ${generation}\n`))
    const digest = await tx.putBlob(Buffer.from(JSON.stringify(desiredOf(clusterUid, generation, values))))
    await tx.updateStatus('Cluster', clusterUid, { status: { desired: { epoch: 1, generation, digest } } })
    return values
  })
const eventsReport = (id: string): AgentReport => ({
  type: 'events',
  items: [{ id, at: '2026-01-01T00:00:00Z', severity: 'Info', reason: 'R', message: 'm', involved: 'i', source: 's' }],
})
const eventIds = (clusterUid: string): string[] =>
  (stored.get(clusterUid) ?? []).flatMap((message) =>
    message.type === 'events' ? message.items.map(({ id }) => id) : [],
  )

describe('enrolment', () => {
  it('gives an agent its identity once, and the plane knows it is connected', async () => {
    const agent = await newAgent()
    const link = openLink(agent)
    await until('connected', () => link.connected)
    await until('status', async () => (await agentStatus(agent.clusterUid))?.connected === true)
    expect(await agentStatus(agent.clusterUid)).toMatchObject({
      enrolled: true,
      connected: true,
      version: '0.1.0',
      podName: 'agent-0',
      sessionEpoch: 1,
    })
    expect(agent.identity.saved?.certificatePem).toContain('BEGIN CERTIFICATE')
    await link.close()
    await until('gone', async () => (await agentStatus(agent.clusterUid))?.connected === false)
    const again = openLink(agent)
    await until('connected again with the same identity', () => again.connected)
    expect((await agentStatus(agent.clusterUid))?.sessionEpoch).toBe(2)
  })

  it('lets one of many racers with one token win, and refuses the rest with a warning on the cluster', async () => {
    const agent = await newAgent()
    const http = new PlaneHttp()
    const enrolment = { serverUrl: plane.url, caBundlePem: plane.trust }
    const token = (await plane.link.issueEnrolment({ tenant, clusterUid: agent.clusterUid })).token.reveal()
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, async () =>
        http.enrol(enrolment, { token, csr: await createSigningRequest(await createKeyPair()), agentVersion: '' }),
      ),
    )
    await http.close()
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ status: 401 })
    const { items } = await plane.store.transaction(tenant, actor, (tx) =>
      tx.events({ kind: 'Cluster', uid: agent.clusterUid }, { limit: 50 }),
    )
    expect(items.some(({ reason }) => reason === 'EnrolmentTokenReused')).toBe(true)
  })

  it('answers the same key again: a lost answer costs nothing', async () => {
    const agent = await newAgent()
    const http = new PlaneHttp()
    const enrolment = { serverUrl: plane.url, caBundlePem: plane.trust }
    const token = (await plane.link.issueEnrolment({ tenant, clusterUid: agent.clusterUid })).token.reveal()
    const csr = await createSigningRequest(await createKeyPair())
    const first = await http.enrol(enrolment, { token, csr, agentVersion: '' })
    const second = await http.enrol(enrolment, { token, csr, agentVersion: '' })
    await http.close()
    expect([first.clusterUid, second.clusterUid]).toEqual([agent.clusterUid, agent.clusterUid])
  })

  it('refuses tokens of other tenants and clusters, and the older of two tokens', async () => {
    const mine = await newAgent()
    const http = new PlaneHttp()
    const enrolment = { serverUrl: plane.url, caBundlePem: plane.trust }
    const old = (await plane.link.issueEnrolment({ tenant, clusterUid: mine.clusterUid })).token.reveal()
    const token = (await plane.link.issueEnrolment({ tenant, clusterUid: mine.clusterUid })).token.reveal()
    const [, , secret] = token.split('.')
    const other = await newAgent(otherTenant)
    const csr = await createSigningRequest(await createKeyPair())
    for (const wrong of [
      old,
      `${otherTenant}.${other.clusterUid}.${secret}`,
      `${tenant}.${other.clusterUid}.${secret}`,
      `${otherTenant}.${mine.clusterUid}.${secret}`,
      `${token}x`,
      'nonsense',
    ])
      await expect(http.enrol(enrolment, { token: wrong, csr, agentVersion: '' })).rejects.toMatchObject({
        status: 401,
      })
    await expect(http.enrol(enrolment, { token, csr: 'x', agentVersion: '' })).rejects.toMatchObject({ status: 400 })
    expect(await http.enrol(enrolment, { token, csr, agentVersion: '' })).toMatchObject({ clusterUid: mine.clusterUid })
    await http.close()
  })

  it('does not speak to a server of another CA', async () => {
    const agent = await newAgent()
    writeFileSync(join(agent.dir, 'ca.crt'), (await newAuthorities()).authority.certificatePem)
    const link = openLink(agent)
    const http = new PlaneHttp()
    await expect(
      http.enrol(
        { serverUrl: plane.url, caBundlePem: (await newAuthorities()).authority.certificatePem },
        { token: 't', csr: 'c', agentVersion: '' },
      ),
    ).rejects.toMatchObject({ reason: 'network' })
    await http.close()
    expect(link.connected).toBe(false)
    expect((await agentStatus(agent.clusterUid))?.enrolled ?? false).toBe(false)
  })
})

describe('desired state', () => {
  it('comes with the welcome, and at once when it changes; blobs and registry tokens only for what it names', async () => {
    const agent = await newAgent()
    const values = await setDesired(agent.clusterUid, 1)
    const link = openLink(agent)
    await until('first', () => link.desired.length === 1)
    await setDesired(agent.clusterUid, 2)
    await until('second', () => link.desired.some(({ generation }) => generation === 2))
    const current = link.desired.at(-1)?.layers[0]?.valuesDigest ?? ''
    expect((await link.fetchBlob(current)).toString()).toBe('replicas: 2\n')
    await expect(link.fetchBlob(values)).rejects.toMatchObject({ status: 404 })
    expect((await link.registryToken('packs/hello')).token.reveal()).toBe(`${agent.clusterUid}:packs/hello`)
    await expect(link.registryToken('packs/other')).rejects.toMatchObject({ status: 403 })
    const stranger = await newAgent(otherTenant)
    const strangerLink = openLink(stranger)
    await until('stranger', () => strangerLink.connected)
    await expect(strangerLink.fetchBlob(current)).rejects.toMatchObject({ status: 404 })
  })
})

describe('reports', () => {
  it('arrive in order, across a restart of the server', async () => {
    const agent = await newAgent()
    const link = openLink(agent)
    await until('connected', () => link.connected)
    for (const id of ['1', '2', '3']) link.report(eventsReport(id))
    await until('three', () => eventIds(agent.clusterUid).length === 3)
    const { port } = plane
    await plane.stop()
    for (const id of ['4', '5']) link.report(eventsReport(id))
    expect(link.connected).toBe(false)
    plane = await startLinkPlane({ ...planeOptions, port })
    await until('all', () => new Set(eventIds(agent.clusterUid)).size === 5, 30_000)
    expect([...new Set(eventIds(agent.clusterUid))]).toEqual(['1', '2', '3', '4', '5'])
  })

  it('of a session that a newer one replaced are refused', async () => {
    const agent = await newAgent()
    const first = openLink(agent, 'first')
    await until('first', () => first.connected)
    const clone: Agent = { ...agent, identity: { saved: agent.identity.saved } }
    const second = openLink(clone, 'second')
    await until('second', () => second.connected)
    await until('first fenced', () => !first.connected)
    expect(await agentStatus(agent.clusterUid)).toMatchObject({ podName: 'second', connected: true, sessionEpoch: 2 })
    first.report(eventsReport('late'))
    second.report(eventsReport('now'))
    await until('now', () => eventIds(agent.clusterUid).includes('now'))
    expect(eventIds(agent.clusterUid)).toEqual(['now'])
  })
})

describe('renewal', () => {
  it('certifies a fresh key over the live session, and only there', async () => {
    const agent = await newAgent()
    const link = openLink(agent)
    await until('connected', () => link.connected)
    await link.close()
    const current = agent.identity.saved
    if (!current) throw new Error('no identity')
    const http = new PlaneHttp()
    const address = { serverUrl: plane.url, caBundlePem: plane.trust }
    const store = { load: async () => null, save: async () => undefined }
    const renew = (session: Secret<string>) =>
      renewIdentity({ ...deps, logger: silentLogger, plane: http, agentVersion: '', store }, address, session, current)
    let session = new Secret('')
    let renewed = current
    await converse({
      identity: current,
      async whileOpen(frames) {
        session = new Secret(frames.at(-1)?.sessionToken ?? '')
        await renew(session)
        // The session outlives the certificate it was opened with.
        await plane.store.database.withTenant(tenant, (sql) =>
          sql.query('delete from link_certificates where tenant = $1 and cluster_uid = $2 and fingerprint = $3', [
            tenant,
            agent.clusterUid,
            certificateFingerprint(current.certificatePem),
          ]),
        )
        renewed = await renew(session)
      },
    })
    expect(renewed.privateKeyPem.reveal()).not.toBe(current.privateKeyPem.reveal())
    await until('the session is over', async () => (await agentStatus(agent.clusterUid))?.connected === false)
    await expect(renew(session)).rejects.toMatchObject({ status: 401 })
    await http.close()
    expect((await converse({ identity: renewed })).frames.at(-1)?.type).toBe('welcome')
  })

  it('is due between half and four fifths of the life of a certificate', async () => {
    const issued = await issueCertificate(planeOptions.agentAuthority, {
      ...deps,
      commonName: 'c',
      usages: ['client'],
      validityMs: 1000_000,
    })
    const identity = { certificatePem: issued.certificatePem } as AgentIdentity
    const startMs = Date.parse(new X509Certificate(issued.certificatePem).validFrom)
    const lifeMs = issued.notAfter.getTime() - startMs
    for (let index = 0; index < 50; index += 1) {
      const share = (renewalTimeMs(identity, systemRandom) - startMs) / lifeMs
      expect(share).toBeGreaterThanOrEqual(0.5)
      expect(share).toBeLessThanOrEqual(0.8)
    }
  })
})

describe('revocation', () => {
  it('ends the session at once, refuses the certificate, and a fresh token lets the agent back in', async () => {
    const agent = await newAgent()
    const link = openLink(agent)
    await until('connected', () => link.connected)
    await plane.link.revokeAgent({ tenant, clusterUid: agent.clusterUid })
    await until('closed', () => !link.connected)
    await link.close()
    expect(await agentStatus(agent.clusterUid)).toMatchObject({ enrolled: false, connected: false })
    const { frames } = await converse({ identity: agent.identity.saved })
    expect(frames.at(-1)).toEqual({ type: 'bye', reason: 'The certificate was revoked.' })
    await pushSecret(agent.dir, tenant, agent.clusterUid)
    const before = agent.identity.saved?.certificatePem
    const back = openLink(agent)
    await until('back', () => back.connected)
    expect(agent.identity.saved?.certificatePem).not.toBe(before)
  })
})

type Frame = { type: string; reason?: string; sessionToken?: string; nonce?: string; audience?: string }

/** Speaks the protocol by hand, as an attacker would. */
const converse = async (options: {
  identity: AgentIdentity | null
  proof?: (hello: { nonce: string; audience: string }, fingerprint: string) => Record<string, unknown>
  raw?: string
  headers?: Record<string, string>
  /** Runs between the welcome and the end. */
  whileOpen?: (frames: Frame[]) => Promise<void>
}): Promise<{ frames: Frame[]; hello: { nonce: string; audience: string } | null }> => {
  const socket = new WebSocket(`${plane.url.replace('https', 'wss')}/link/v1/connect`, {
    ca: plane.trust,
    ...(options.headers ? { headers: options.headers } : {}),
  })
  const frames: Frame[] = []
  let fingerprint = ''
  let hello: { nonce: string; audience: string } | null = null
  socket.on('upgrade', (response) => {
    const certificate = Reflect.get(response.socket, 'getPeerCertificate').call(response.socket)
    fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase()
  })
  socket.on('message', (data) => {
    const frame = JSON.parse(data.toString()) as Frame
    frames.push(frame)
    if (frame.type !== 'hello') return
    hello = { nonce: frame.nonce ?? '', audience: frame.audience ?? '' }
    if (options.raw !== undefined) return socket.send(options.raw)
    if (!options.identity) return
    socket.send(
      JSON.stringify({ ...proofOf(options.identity, hello, fingerprint), ...options.proof?.(hello, fingerprint) }),
    )
  })
  const failure = new Promise<void>((resolve) => socket.on('error', () => resolve()))
  await Promise.race([
    once(socket, 'close'),
    failure,
    until('an answer', () => frames.length > 1 && frames.at(-1)?.type === 'welcome'),
  ])
  await options.whileOpen?.(frames)
  socket.terminate()
  return { frames, hello }
}
const proofOf = (identity: AgentIdentity, hello: { nonce: string; audience: string }, fingerprint: string) => ({
  type: 'proof',
  certificate: identity.certificatePem,
  serverFingerprint: fingerprint,
  signature: signText(identity.privateKeyPem, hello, fingerprint),
  agentVersion: '',
  podName: '',
  applied: null,
})
const signText = (key: Secret<string>, hello: { nonce: string; audience: string }, fingerprint: string): string =>
  sign('sha256', Buffer.from(`${hello.nonce}\n${hello.audience}\n${fingerprint}`), key.reveal()).toString('base64')

describe('a proof', () => {
  let identity: AgentIdentity
  let agent: Agent
  beforeAll(async () => {
    agent = await newAgent()
    const link = openLink(agent)
    await until('connected', () => link.connected)
    await link.close()
    if (!agent.identity.saved) throw new Error('no identity')
    identity = agent.identity.saved
  })

  it('of the right key for this challenge opens the link', async () => {
    expect((await converse({ identity })).frames.map(({ type }) => type)).toEqual(['hello', 'welcome'])
  })

  it('is refused when replayed, for another server, with another key, or with a certificate we did not issue', async () => {
    const last = async (proof: Parameters<typeof converse>[0]['proof']): Promise<Frame | undefined> =>
      (await converse({ identity, ...(proof ? { proof } : {}) })).frames.at(-1)
    const recorded = await converse({ identity })
    const hello = recorded.hello ?? { nonce: '', audience: '' }
    const replay = await last((_hello, fingerprint) => ({
      signature: signText(identity.privateKeyPem, hello, fingerprint),
    }))
    expect(replay).toMatchObject({ type: 'bye', reason: expect.stringContaining('not signed') })
    const middle = await last((now) => ({
      serverFingerprint: 'a'.repeat(64),
      signature: signText(identity.privateKeyPem, now, 'a'.repeat(64)),
    }))
    expect(middle).toMatchObject({ type: 'bye', reason: expect.stringContaining('another server certificate') })
    const key = new Secret((await createKeyPair()).privateKeyPem)
    const stolen = await last((now, fingerprint) => ({ signature: signText(key, now, fingerprint) }))
    expect(stolen).toMatchObject({ type: 'bye', reason: expect.stringContaining('not signed') })
    const options = {
      ...deps,
      commonName: agent.clusterUid,
      uris: [agentUri({ tenant, clusterUid: agent.clusterUid })],
      usages: ['client' as const],
      validityMs: 60_000,
    }
    const foreign = await issueCertificate((await newAuthorities()).agentAuthority, options)
    const forged = await last((now, fingerprint) => ({
      certificate: foreign.certificatePem,
      signature: signText(new Secret(foreign.privateKeyPem), now, fingerprint),
    }))
    expect(forged).toMatchObject({ type: 'bye', reason: expect.stringContaining('trusted authority') })
    const unknown = await issueCertificate(planeOptions.agentAuthority, options)
    const unrecorded = await last((now, fingerprint) => ({
      certificate: unknown.certificatePem,
      signature: signText(new Secret(unknown.privateKeyPem), now, fingerprint),
    }))
    expect(unrecorded).toMatchObject({ type: 'bye', reason: expect.stringContaining('revoked') })
  })

  it.each([
    ['no JSON', 'x'],
    ['an unknown type', '{"type":"toString"}'],
    ['a message before the proof', '{"type":"heartbeat","seq":1,"at":""}'],
    ['deep nesting', '['.repeat(5000)],
    ['missing fields', '{"type":"proof"}'],
  ])('is not replaced by %s', async (_name, raw) => {
    expect((await converse({ identity: null, raw })).frames.at(-1)?.type).toBe('bye')
  })

  it('is never reached by a frame that is too large, by a browser, or on another path', async () => {
    const large = await converse({ identity: null, raw: 'x'.repeat(linkLimits.messageBytes + 1) })
    expect(large.frames.map(({ type }) => type)).toEqual(['hello'])
    const browser = await converse({ identity, headers: { origin: 'https://evil.example' } })
    expect(browser.frames).toEqual([])
    const other = new WebSocket(`${plane.url.replace('https', 'wss')}/link/v1/other`, { ca: plane.trust })
    const [error] = await once(other, 'error')
    expect(String(error)).toContain('404')
  })
})

describe('a session whose server died', () => {
  it('is ended by another server', async () => {
    const agent = await newAgent()
    const link = openLink(agent)
    await until('connected', () => link.connected)
    await link.close()
    await until('gone', async () => (await agentStatus(agent.clusterUid))?.connected === false)
    // As a killed server leaves it behind: open on paper, and nobody there.
    await plane.store.transaction(tenant, actor, async (tx, sql) => {
      const status = (await tx.get('Cluster', agent.clusterUid))?.status.agent
      if (status)
        await tx.updateStatus('Cluster', agent.clusterUid, { status: { agent: { ...status, connected: true } } })
      await sql.query(
        `update link_sessions set closed_at = null, heartbeat_at = $3 where tenant = $1 and cluster_uid = $2`,
        [tenant, agent.clusterUid, new Date(systemClock.now() - 60_000)],
      )
    })
    await until('ended', async () => (await agentStatus(agent.clusterUid))?.connected === false)
  })
})
