import { generateKeyPairSync, type X509Certificate } from 'node:crypto'
import { EventEmitter } from 'node:events'
import type { ClusterSpec } from '@atrium/api/kinds/cluster.ts'
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

/** A hub and one agent that has just connected. */
async function connected() {
  const clock = new ManualClock()
  const random = seededRandom(1)
  const store = new MemoryStore({ clock, random })
  const status = new AgentStatusWriter(store)
  const made = await store.transaction(tenant, systemActor('test'), (tx) =>
    tx.create({ kind: 'Cluster', project: null, name: 'demo', spec: {} as ClusterSpec }),
  )
  const agent = { tenant, clusterUid: made.meta.uid }
  const hub = new LinkHub({
    ...{ store, status, clock, random, logger: silentLogger, server: 's', peerAddress: '', installation: 'i' },
    planeEpoch: () => 1,
    serverFingerprints: () => ['f'],
    applyReport: async () => undefined,
    records: {
      openSession: async () => 1,
      closeSession: async () => true,
      touchSessions: async () => undefined,
      touchServer: async () => undefined,
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
  const told = { certificate: '', serverFingerprint: 'f', agentVersion: '1', podName: 'p', applied: null }
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

it('notices a silent agent in time although the clock of the server was set back', async () => {
  const { clock, hub } = await connected()
  clock.set(-HOUR_MS)
  await clock.advance(linkLimits.heartbeatMs * linkLimits.missedHeartbeats)
  expect(hub.size).toBe(0)
})
