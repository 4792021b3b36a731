import { generateKeyPairSync, type X509Certificate } from 'node:crypto'
import { EventEmitter } from 'node:events'
import type { ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import { PREVIEW, type PreviewRequest } from '@atrium/api/link/preview.ts'
import { linkLimits } from '@atrium/api/link/protocol.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { seededRandom } from '@atrium/runtime/base/seeded-random.ts'
import { systemActor } from '@atrium/runtime/controller/actor.ts'
import { MemoryStore } from '@atrium/runtime/store/memory/memory-store.ts'
import type { HelloFrame, ServerFrame } from '@atrium/tunnel/link/codec.ts'
import { signProof } from '@atrium/tunnel/link/proof.ts'
import { expect, it } from 'vitest'
import { LinkHub } from './hub.ts'
import { AgentStatusWriter } from './status.ts'

const HOUR_MS = 3_600_000
const tenant = 't'
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const privateKey = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string

/** What an agent sees of its connection. */
class Socket extends EventEmitter {
  readonly bufferedAmount = 0
  readonly frames: ServerFrame[] = []
  send(text: string): void {
    this.frames.push(JSON.parse(text) as ServerFrame)
  }
  close(): void {
    this.emit('close')
  }
  terminate(): void {
    this.close()
  }
  say(frame: object): void {
    this.emit('message', Buffer.from(JSON.stringify(frame)), false)
  }
}

/** What the cluster's agent is to run. */
const GENERATION = 3

/** A hub and one agent that has just connected. */
async function connected(can?: string[], applied: { epoch: number; generation: number } | null = null) {
  const clock = new ManualClock()
  const random = seededRandom(1)
  const store = new MemoryStore({ clock, random })
  const status = new AgentStatusWriter(store)
  const made = await store.transaction(tenant, systemActor('test'), (tx) =>
    tx.create({ kind: 'Cluster', project: null, name: 'demo', spec: {} as ClusterSpec }),
  )
  const agent = { tenant, clusterUid: made.meta.uid }
  await store.transaction(tenant, systemActor('test'), async (tx) => {
    const index = Buffer.from(JSON.stringify({ ...preview('').desired, generation: GENERATION }))
    const desired = { epoch: 1, generation: GENERATION, digest: await tx.putBlob(index) }
    await tx.updateStatus('Cluster', agent.clusterUid, { status: { desired } })
  })
  const hub = new LinkHub({
    ...{ store, status, clock, random, logger: silentLogger, server: 's', peerAddress: '', installation: 'i' },
    planeEpoch: () => 1,
    serverFingerprints: () => ['f'],
    applyReport: async () => undefined,
    records: {
      openSessions: async () => new Map([[agent.clusterUid, 1]]),
      closeSession: async () => true,
      touchSessions: async () => undefined,
      touchServer: async () => undefined,
      closedTenants: async () => [],
      silentSessions: async () => [],
    },
    authority: {
      identify: () => ({
        ...{ agent, fingerprint: '' },
        certificate: { publicKey: keys.publicKey } as X509Certificate,
      }),
    },
  })
  const socket = new Socket()
  hub.accept(socket, () => undefined)
  const signature = signProof(privateKey, socket.frames[0] as HelloFrame, 'f')
  const told = {
    certificate: '',
    serverFingerprint: 'f',
    agentVersion: '1',
    podName: 'p',
    applied,
    ...(can && { can }),
  }
  socket.say({ type: 'proof', signature, ...told })
  await clock.advance(0)
  expect(hub.size).toBe(1)
  return { clock, hub, socket, status, agent }
}

it('ends a session that another server took for lost: its agent would count as away although it is heard', async () => {
  const { clock, hub, socket, status, agent } = await connected()
  await status.disconnected(agent, 1, '2026-01-01T00:00:00.000Z')
  await clock.advance(10)
  expect(hub.size).toBe(0)
  expect(socket.frames.at(-1)).toEqual({ type: 'bye', reason: 'the session was taken for lost' })
})

it('gives an agent its desired state with the welcome, unless it has applied that one', async () => {
  const welcome = async (generation: number) => (await connected([], { epoch: 1, generation })).socket.frames.at(1)
  expect(await welcome(GENERATION - 1)).toMatchObject({ type: 'welcome', desired: { generation: GENERATION } })
  expect(await welcome(GENERATION)).toMatchObject({ type: 'welcome', desired: null })
})

it('notices a silent agent in time although the clock of the server was set back', async () => {
  const { clock, hub } = await connected()
  clock.set(-HOUR_MS)
  await clock.advance(linkLimits.heartbeatMs * linkLimits.missedHeartbeats)
  expect(hub.size).toBe(0)
})

const preview = (id: string): PreviewRequest => ({
  ...{ type: 'preview', id, texts: '', tokens: [], limitMs: 1_000 },
  desired: {
    ...{ clusterUid: 'c', clusterName: 'demo', epoch: 1, generation: 1, kubernetesVersion: '1.34.4', layers: [] },
    policy: { drift: 'heal', nodes: 'heal' },
  },
})

it('asks an agent for one preview at a time, and hands its answer to who asked', async () => {
  const { clock, hub, socket, agent } = await connected([PREVIEW])
  const asked = hub.preview(agent, preview('one'))
  expect(socket.frames.at(-1)).toMatchObject({ type: 'preview', id: 'one' })
  await expect(hub.preview(agent, preview('two'))).rejects.toMatchObject({ code: 'TooManyRequests' })
  const answer = { type: 'preview-answer', failure: null, layers: [], notes: [] }
  socket.say({ ...answer, id: 'another' })
  socket.say({ ...answer, id: 'one' })
  expect(await asked).toEqual({ answer: { ...answer, id: 'one' } })
  const late = hub.preview(agent, preview('three'))
  await clock.advance(4_000)
  expect(await late).toEqual({ reason: 'its agent did not answer within 4 s' })
})

it('says why there is no preview: an agent that cannot, that is away, or that leaves meanwhile', async () => {
  const old = await connected()
  const frames = old.socket.frames.length
  expect(await old.hub.preview(old.agent, preview('one'))).toEqual({
    reason: 'its agent makes no previews',
  })
  expect(old.socket.frames).toHaveLength(frames)
  const { hub, socket, agent } = await connected([PREVIEW])
  const asked = hub.preview(agent, preview('one'))
  socket.close()
  expect(await asked).toEqual({ reason: 'its agent went away while it made the preview' })
  expect(await hub.preview(agent, preview('two'))).toEqual({ reason: 'its agent is not connected to this server' })
})
