import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PlaneHttp } from '@atrium/agent/link/plane-http.ts'
import type { AgentReport } from '@atrium/agent/ports.ts'
import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import { type DeviationReport, linkLimits } from '@atrium/api/link/protocol.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { createKeyPair } from '@atrium/runtime/pki/keys.ts'
import { createSigningRequest } from '@atrium/runtime/pki/pki.ts'
import { beginHistory } from '@atrium/server/store/history.ts'
import { PostgresStore } from '@atrium/server/store/postgres-store.ts'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { actor, newAuthorities } from '../src/link-plane.ts'
import { type Agent, LinkWorld, until } from './support/link-world.ts'

let world: LinkWorld
beforeAll(async () => {
  world = await LinkWorld.open()
})
afterEach(() => world.closeLinks())
afterAll(() => world?.close())

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
    {
      ...{ id: 'p/own', name: 'own', profileUid: 'p', packUid: 'o', version: '1.0.0', kind: 'addon', priority: 0 },
      pack: { registry: 'https://other.example', repository: 'packs/own', digest: `sha256:${'1'.repeat(64)}` },
      ...{ valuesDigest, manifests: [], namespace: 'own' },
    },
  ],
  policy: { drift: 'heal', nodes: 'heal' },
})
const setDesired = (clusterUid: string, generation: number, inTenant = world.tenant): Promise<string> =>
  world.plane.store.transaction(inTenant, actor, async (tx) => {
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
  (world.stored.get(clusterUid) ?? []).flatMap((message) =>
    message.type === 'events' ? message.items.map(({ id }) => id) : [],
  )

describe('enrolment', () => {
  it('gives an agent its identity once, and the plane knows it is connected', async () => {
    const agent = await world.newAgent()
    const link = world.openLink(agent)
    await until('connected', () => link.connected)
    await until('status', async () => (await world.status(agent.clusterUid))?.connected === true)
    expect(await world.status(agent.clusterUid)).toMatchObject({
      enrolled: true,
      connected: true,
      version: '0.1.0',
      podName: 'agent-0',
      sessionEpoch: 1,
    })
    expect(agent.identity.saved?.certificatePem).toContain('BEGIN CERTIFICATE')
    const { clusterUid } = agent
    const heardOf = async (tenant: string) =>
      (await world.plane.link.lastHeartbeats(tenant, [clusterUid])).get(clusterUid)
    const first = await heardOf(world.tenant)
    await until('a later heartbeat', async () => String(await heardOf(world.tenant)) > String(first))
    expect(await heardOf('ffffffffffffffffffffffff')).toBeUndefined()
    await link.close()
    await until('gone', async () => (await world.status(agent.clusterUid))?.connected === false)
    const again = world.openLink(agent)
    await until('connected again with the same identity', () => again.connected)
    expect((await world.status(agent.clusterUid))?.sessionEpoch).toBe(2)
  })

  it('lets one of many racers with one token win, and refuses the rest with a warning on the cluster', async () => {
    const agent = await world.newAgent()
    const http = new PlaneHttp()
    const enrolment = world.address
    const token = (
      await world.plane.link.issueEnrolment({ tenant: world.tenant, clusterUid: agent.clusterUid })
    ).token.reveal()
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, async () =>
        http.enrol(enrolment, { token, csr: await createSigningRequest(await createKeyPair()), agentVersion: '' }),
      ),
    )
    await http.close()
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ status: 401 })
    const { items } = await world.plane.store.transaction(world.tenant, actor, (tx) =>
      tx.events({ kind: 'Cluster', uid: agent.clusterUid }, { limit: 50 }),
    )
    expect(items.some(({ reason }) => reason === 'EnrolmentTokenReused')).toBe(true)
  })

  it('answers the same key again: a lost answer costs nothing', async () => {
    const agent = await world.newAgent()
    const http = new PlaneHttp()
    const enrolment = world.address
    const token = (
      await world.plane.link.issueEnrolment({ tenant: world.tenant, clusterUid: agent.clusterUid })
    ).token.reveal()
    const csr = await createSigningRequest(await createKeyPair())
    const first = await http.enrol(enrolment, { token, csr, agentVersion: '' })
    const second = await http.enrol(enrolment, { token, csr, agentVersion: '' })
    await http.close()
    expect([first.clusterUid, second.clusterUid]).toEqual([agent.clusterUid, agent.clusterUid])
  })

  it('refuses tokens of other tenants and clusters, and the older of two tokens', async () => {
    const mine = await world.newAgent()
    const http = new PlaneHttp()
    const enrolment = world.address
    const old = (
      await world.plane.link.issueEnrolment({ tenant: world.tenant, clusterUid: mine.clusterUid })
    ).token.reveal()
    const token = (
      await world.plane.link.issueEnrolment({ tenant: world.tenant, clusterUid: mine.clusterUid })
    ).token.reveal()
    const [, , secret] = token.split('.')
    const other = await world.newAgent(world.otherTenant)
    const csr = await createSigningRequest(await createKeyPair())
    for (const wrong of [
      old,
      `${world.otherTenant}.${other.clusterUid}.${secret}`,
      `${world.tenant}.${other.clusterUid}.${secret}`,
      `${world.otherTenant}.${mine.clusterUid}.${secret}`,
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
    const agent = await world.newAgent()
    writeFileSync(join(agent.dir, 'ca.crt'), (await newAuthorities()).authority.certificatePem)
    const link = world.openLink(agent)
    const http = new PlaneHttp()
    await expect(
      http.enrol(
        { serverUrl: world.plane.url, caBundlePem: (await newAuthorities()).authority.certificatePem },
        { token: 't', csr: 'c', agentVersion: '' },
      ),
    ).rejects.toMatchObject({ reason: 'network' })
    await http.close()
    expect(link.connected).toBe(false)
    expect((await world.status(agent.clusterUid))?.enrolled ?? false).toBe(false)
  })
})

describe('a restored plane', () => {
  it('has each agent come again, and holds it for one of the new epoch only then', async () => {
    const agent = await world.newAgent()
    const link = world.openLink(agent)
    await until('connected', async () => (await world.status(agent.clusterUid))?.connected === true)
    const { store } = world.plane
    const before = store.epoch
    await beginHistory(store.database)
    await until('another session', async () => (await world.status(agent.clusterUid))?.sessionEpoch === 2)
    expect(store.epoch).toBeGreaterThan(before)
    expect((await world.status(agent.clusterUid))?.planeEpoch).toBe(store.epoch)
    await until('connected again', () => link.connected)
  })
})

describe('desired state', () => {
  it('comes with the welcome, and at once when it changes; blobs and registry tokens only for what it names', async () => {
    const agent = await world.newAgent()
    const values = await setDesired(agent.clusterUid, 1)
    const link = world.openLink(agent)
    await until('first', () => link.desired.length === 1)
    await setDesired(agent.clusterUid, 2)
    await until('second', () => link.desired.some(({ generation }) => generation === 2))
    const current = link.desired.at(-1)?.layers[0]?.valuesDigest ?? ''
    expect((await link.fetchBlob(current)).toString()).toBe('replicas: 2\n')
    await expect(link.fetchBlob(values)).rejects.toMatchObject({ status: 404 })
    expect((await link.registryToken('packs/hello')).token.reveal()).toBe(`${agent.clusterUid}:packs/hello`)
    await expect(link.registryToken('packs/other')).rejects.toMatchObject({ status: 403 })
    await expect(link.registryToken('packs/own'), 'of another registry').rejects.toMatchObject({ status: 403 })
    const stranger = await world.newAgent(world.otherTenant)
    const strangerLink = world.openLink(stranger)
    await until('stranger', () => strangerLink.connected)
    await expect(strangerLink.fetchBlob(current)).rejects.toMatchObject({ status: 404 })
  })
})

describe('a database that fails', () => {
  /** Refuses the plane's transactions in the name of agents until `mend` is called. */
  const breakStore = (): { refused: () => number; mend: () => void } => {
    const { store } = world.plane
    let refused = 0
    const spy = vi.spyOn(store, 'transaction').mockImplementation((tenant, by, work) => {
      if (by.type === 'agent' || by.name === 'link') {
        refused++
        return Promise.reject(new Error('the database is away'))
      }
      return PostgresStore.prototype.transaction.call(store, tenant, by, work) as Promise<never>
    })
    return { refused: () => refused, mend: () => spy.mockRestore() }
  }

  it('delays a desired state on a quiet cluster, and loses none', async () => {
    const agent = await world.newAgent()
    const link = world.openLink(agent)
    await until('connected', () => link.connected)
    const database = breakStore()
    try {
      await setDesired(agent.clusterUid, 3)
      await until('a look that fails', () => database.refused() > 0)
    } finally {
      database.mend()
    }
    await until('the desired state', () => link.desired.at(-1)?.generation === 3)
  })

  it('delays the end of a session, also of a revoked agent: the sweep makes it good', async () => {
    const gone = await world.newAgent()
    const revoked = await world.newAgent()
    const links = [world.openLink(gone), world.openLink(revoked)]
    await until('both connected', () => links.every((link) => link.connected))
    const database = breakStore()
    try {
      await links[0]?.close()
      await until('an end that is not stored', () => database.refused() > 0)
      const name = { tenant: world.tenant, clusterUid: revoked.clusterUid }
      await expect(world.plane.link.revokeAgent(name)).rejects.toThrow('the database is away')
    } finally {
      database.mend()
    }
    for (const { clusterUid } of [gone, revoked])
      await until('told as gone', async () => (await world.status(clusterUid))?.connected === false, 60_000)
    await until('the revoked one is out', () => links[1]?.connected === false)
  }, 90_000)
})

describe('reports', () => {
  it('arrive in order, across a restart of the server', async () => {
    const agent = await world.newAgent()
    const link = world.openLink(agent)
    await until('connected', () => link.connected)
    for (const id of ['1', '2', '3']) link.report(eventsReport(id))
    await until('three', () => eventIds(agent.clusterUid).length === 3)
    await world.restart(async () => {
      await until('away', () => !link.connected)
      for (const id of ['4', '5']) link.report(eventsReport(id))
    })
    await until('all', () => new Set(eventIds(agent.clusterUid)).size === 5, 30_000)
    expect([...new Set(eventIds(agent.clusterUid))]).toEqual(['1', '2', '3', '4', '5'])
  })

  it('that cannot be read are dropped, and hold up nothing', async () => {
    const agent = await world.newAgent()
    const link = world.openLink(agent)
    await until('connected', () => link.connected)
    const deep: unknown = JSON.parse(`${'['.repeat(70)}${']'.repeat(70)}`)
    const deviation: DeviationReport = {
      ...({ id: 'd', type: 'changed', object: 'o', layer: null, action: 'heal', state: 'open', message: '' } as const),
      ...{ diff: [{ path: '/', live: deep, desired: null }], detectedAt: '', resolvedAt: null },
    }
    link.report({ type: 'deviations', items: [deviation] })
    link.report({ type: 'deviations', items: [{ ...deviation, object: 'x'.repeat(linkLimits.messageBytes) }] })
    link.report(eventsReport('next'))
    await until('the next one', () => eventIds(agent.clusterUid).includes('next'))
    expect((await world.status(agent.clusterUid))?.sessionEpoch).toBe(1)
  })

  it('of a session that a newer one replaced are refused', async () => {
    const agent = await world.newAgent()
    const first = world.openLink(agent, 'first')
    await until('first', () => first.connected)
    const clone: Agent = { ...agent, identity: { saved: agent.identity.saved } }
    const second = world.openLink(clone, 'second')
    await until('second', () => second.connected)
    await until('first fenced', () => !first.connected)
    expect(await world.status(agent.clusterUid)).toMatchObject({ podName: 'second', connected: true, sessionEpoch: 2 })
    first.report(eventsReport('late'))
    second.report(eventsReport('now'))
    await until('now', () => eventIds(agent.clusterUid).includes('now'))
    expect(eventIds(agent.clusterUid)).toEqual(['now'])
  })
})

describe('a session whose server died', () => {
  it('is ended by another server', async () => {
    const agent = await world.newAgent()
    const link = world.openLink(agent)
    await until('connected', () => link.connected)
    await link.close()
    await until('gone', async () => (await world.status(agent.clusterUid))?.connected === false)
    // As a killed server leaves it behind: open on paper, and nobody there.
    await world.plane.store.transaction(world.tenant, actor, async (tx, sql) => {
      const status = (await tx.get('Cluster', agent.clusterUid))?.status.agent
      if (status)
        await tx.updateStatus('Cluster', agent.clusterUid, { status: { agent: { ...status, connected: true } } })
      await sql.query(
        `update link_sessions set closed_at = null, heartbeat_at = $3 where tenant = $1 and cluster_uid = $2`,
        [world.tenant, agent.clusterUid, new Date(systemClock.now() - 60_000)],
      )
    })
    await until('ended', async () => (await world.status(agent.clusterUid))?.connected === false)
  })
})
