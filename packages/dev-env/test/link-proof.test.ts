import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { renewalTimeMs, renewIdentity } from '@atrium/agent/link/identity.ts'
import { PlaneHttp } from '@atrium/agent/link/plane-http.ts'
import type { AgentIdentity } from '@atrium/agent/ports.ts'
import { linkLimits } from '@atrium/api/link/protocol.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { certificateFingerprint, createKeyPair } from '@atrium/runtime/pki/keys.ts'
import { issueCertificate } from '@atrium/runtime/pki/pki.ts'
import { agentUri } from '@atrium/server/link/agent-name.ts'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { deps, newAuthorities } from '../src/link-plane.ts'
import { type Agent, converse, type Frame, LinkWorld, signText, until } from './support/link-world.ts'

let world: LinkWorld
beforeAll(async () => {
  world = await LinkWorld.open()
})
afterEach(() => world.closeLinks())
afterAll(() => world?.close())

describe('renewal', () => {
  it('certifies a fresh key over the live session, and only there', async () => {
    const agent = await world.newAgent()
    const link = world.openLink(agent)
    await until('connected', () => link.connected)
    await link.close()
    const current = agent.identity.saved
    if (!current) throw new Error('no identity')
    const http = new PlaneHttp()
    const address = world.address
    const store = { load: async () => null, save: async () => undefined }
    const renew = (session: Secret<string>) =>
      renewIdentity({ ...deps, logger: silentLogger, plane: http, agentVersion: '', store }, address, session, current)
    let session = new Secret('')
    let renewed = current
    await converse(world, {
      identity: current,
      async whileOpen(frames) {
        session = new Secret(frames.at(-1)?.sessionToken ?? '')
        await renew(session)
        // The session outlives the certificate it was opened with.
        await world.plane.store.database.withTenant(world.tenant, (sql) =>
          sql.query('delete from link_certificates where tenant = $1 and cluster_uid = $2 and fingerprint = $3', [
            world.tenant,
            agent.clusterUid,
            certificateFingerprint(current.certificatePem),
          ]),
        )
        renewed = await renew(session)
      },
    })
    expect(renewed.privateKeyPem.reveal()).not.toBe(current.privateKeyPem.reveal())
    // The status may still tell of the session before: what ends it here is the server's look at its socket.
    const refused = (): Promise<unknown> =>
      renew(session).then(
        () => null,
        (error: { status?: unknown }) => error.status,
      )
    await until('the session is over', async () => (await refused()) === 401)
    await http.close()
    expect((await converse(world, { identity: renewed })).frames.at(-1)?.type).toBe('welcome')
  })

  it('is due between half and four fifths of the life of a certificate', async () => {
    const issued = await issueCertificate(world.options.agentAuthority, {
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
    const agent = await world.newAgent()
    const link = world.openLink(agent)
    await until('connected', () => link.connected)
    await world.plane.link.revokeAgent({ tenant: world.tenant, clusterUid: agent.clusterUid })
    await until('closed', () => !link.connected)
    await link.close()
    expect(await world.status(agent.clusterUid)).toMatchObject({ enrolled: false, connected: false })
    const { frames } = await converse(world, { identity: agent.identity.saved })
    expect(frames.at(-1)).toEqual({ type: 'bye', reason: 'The certificate was revoked.' })
    await world.pushSecret(agent.dir, world.tenant, agent.clusterUid)
    const before = agent.identity.saved?.certificatePem
    const back = world.openLink(agent)
    await until('back', () => back.connected)
    expect(agent.identity.saved?.certificatePem).not.toBe(before)
  })
})

describe('a proof', () => {
  let identity: AgentIdentity
  let agent: Agent
  beforeAll(async () => {
    agent = await world.newAgent()
    const link = world.openLink(agent)
    await until('connected', () => link.connected)
    await link.close()
    if (!agent.identity.saved) throw new Error('no identity')
    identity = agent.identity.saved
  })

  it('of the right key for this challenge opens the link', async () => {
    expect((await converse(world, { identity })).frames.map(({ type }) => type)).toEqual(['hello', 'welcome'])
  })

  it('is refused when replayed, for another server, with another key, or with a certificate we did not issue', async () => {
    const last = async (proof: Parameters<typeof converse>[1]['proof']): Promise<Frame | undefined> =>
      (await converse(world, { identity, ...(proof ? { proof } : {}) })).frames.at(-1)
    const recorded = await converse(world, { identity })
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
      uris: [agentUri({ tenant: world.tenant, clusterUid: agent.clusterUid })],
      usages: ['client' as const],
      validityMs: 60_000,
    }
    const foreign = await issueCertificate((await newAuthorities()).agentAuthority, options)
    const forged = await last((now, fingerprint) => ({
      certificate: foreign.certificatePem,
      signature: signText(new Secret(foreign.privateKeyPem), now, fingerprint),
    }))
    expect(forged).toMatchObject({ type: 'bye', reason: expect.stringContaining('trusted authority') })
    const unknown = await issueCertificate(world.options.agentAuthority, options)
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
    expect((await converse(world, { identity: null, raw })).frames.at(-1)?.type).toBe('bye')
  })

  it('is never reached by a frame that is too large, by a browser, or on another path', async () => {
    const large = await converse(world, { identity: null, raw: 'x'.repeat(linkLimits.messageBytes + 1) })
    expect(large.frames.map(({ type }) => type)).toEqual(['hello'])
    const browser = await converse(world, { identity, headers: { origin: 'https://evil.example' } })
    expect(browser.frames).toEqual([])
    const other = new WebSocket(`${world.plane.url.replace('https', 'wss')}/link/v1/other`, { ca: world.plane.trust })
    const [error] = await once(other, 'error')
    expect(String(error)).toContain('404')
  })
})
