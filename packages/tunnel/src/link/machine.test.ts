import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import { linkLimits } from '@atrium/api/link/protocol.ts'
import { seededRandom } from '@atrium/runtime/base/seeded-random.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LinkSimulation } from '../../test/link-simulation.ts'
import { type AgentEvent, AgentMachine, agentTimes, type LinkReport } from './agent-machine.ts'
import { FENCED, frameRate, heartbeatMs, redialMs, ServerMachine, serverTimes } from './server-machine.ts'

const hello = { type: 'hello' as const, nonce: 'n', audience: 'a' }
const desiredOf = (generation: number): DesiredState => ({
  clusterUid: 'c',
  clusterName: 'demo',
  epoch: 1,
  generation,
  kubernetesVersion: '1.34.4',
  layers: [],
  policy: { drift: 'heal', nodes: 'heal' },
})
const welcome = { type: 'welcome' as const, sessionEpoch: 1, sessionToken: 't', heartbeatMs: 5000, desired: null }
const eventsReport = (id: string): LinkReport => ({
  type: 'events',
  items: [{ id, at: '', severity: 'Info', reason: 'r', message: 'm', involved: 'i', source: 's' }],
})

describe('both ends under faults', () => {
  it('lose nothing, repeat nothing out of order, and end with the newest state on both sides', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.record({
          drop: fc.double({ min: 0, max: 0.3, noNaN: true }),
          duplicate: fc.double({ min: 0, max: 0.3, noNaN: true }),
          reorder: fc.double({ min: 0, max: 0.3, noNaN: true }),
          reset: fc.double({ min: 0, max: 0.05, noNaN: true }),
          handlerFails: fc.double({ min: 0, max: 0.3, noNaN: true }),
        }),
        (seed, faults) => {
          const link = new LinkSimulation(seededRandom(seed), faults)
          link.run(10 * 60_000, { reports: 60, desired: 20 })
          link.heal()
          link.run(5 * 60_000, { reports: 0, desired: 0 })
          expect(link.problems()).toEqual([])
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('agent machine', () => {
  const open = (agent: AgentMachine, nowMs: number) => {
    agent.handle({ type: 'start' }, nowMs)
    agent.handle({ type: 'wake' }, nowMs)
    agent.handle({ type: 'opened' }, nowMs)
    agent.handle({ type: 'frame', frame: hello }, nowMs)
    return agent.handle({ type: 'frame', frame: welcome }, nowMs)
  }

  it('answers one challenge, opens on the welcome, and takes no welcome before it proved itself', () => {
    const agent = new AgentMachine(seededRandom(1))
    expect(agent.handle({ type: 'start' }, 0)).toEqual([{ type: 'dial' }])
    agent.handle({ type: 'opened' }, 0)
    expect(agent.handle({ type: 'frame', frame: welcome }, 0)).toEqual([])
    expect(agent.handle({ type: 'frame', frame: hello }, 0)).toEqual([{ type: 'prove', hello }])
    expect(agent.handle({ type: 'frame', frame: hello }, 0)).toEqual([])
    expect(agent.handle({ type: 'frame', frame: welcome }, 0)).toEqual([{ type: 'connected', welcome }])
    expect(agent.connected).toBe(true)
  })

  it('keeps the newest of waiting states, and as many events as its bound', () => {
    const agent = new AgentMachine(seededRandom(1))
    for (let index = 0; index < 300; index += 1)
      agent.handle({ type: 'report', message: eventsReport(String(index)) }, 0)
    expect(agent.dropped).toBe(300 - 256)
    const sent = open(agent, 1).filter((action) => action.type === 'send')
    expect(sent).toHaveLength(1)
    expect(sent[0]).toMatchObject({ message: { type: 'events', items: [{ id: '44' }] } })
  })

  it('closes a silent connection and dials again, later each time', () => {
    const agent = new AgentMachine(seededRandom(1))
    open(agent, 0)
    const silentMs = linkLimits.heartbeatMs * linkLimits.missedHeartbeats
    for (let at = 0; at < silentMs; at = agent.wakeAtMs() ?? Number.POSITIVE_INFINITY)
      agent.handle({ type: 'wake' }, at)
    const actions = agent.handle({ type: 'wake' }, silentMs)
    expect(actions.map(({ type }) => type)).toEqual(['close', 'disconnected'])
    const waits: number[] = []
    let now = silentMs
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const wakeAt = agent.wakeAtMs() ?? 0
      waits.push(wakeAt - now)
      now = wakeAt
      expect(agent.handle({ type: 'wake' }, now)).toEqual([{ type: 'dial' }])
      agent.handle({ type: 'closed' }, now)
    }
    expect(Math.max(...waits)).toBeLessThanOrEqual(agentTimes.maxBackoffMs * 1.5)
    expect(waits.at(-1)).toBeGreaterThan(waits[0] ?? 0)
  })

  it('dials as often as the server said, once it was told', () => {
    const agent = new AgentMachine(seededRandom(1))
    agent.handle({ type: 'start' }, 0)
    agent.handle({ type: 'opened' }, 0)
    agent.handle({ type: 'frame', frame: hello }, 0)
    agent.handle({ type: 'frame', frame: { ...welcome, redialMs: redialMs(1) } }, 0)
    expect(agent.redialMs).toBe(redialMs(1))
    let now = 0
    for (let attempt = 0; attempt < 20; attempt += 1) {
      agent.handle({ type: 'closed' }, now)
      const wakeAt = agent.wakeAtMs() ?? 0
      expect(wakeAt - now).toBeLessThanOrEqual(redialMs(1) * 1.5)
      now = wakeAt
      expect(agent.handle({ type: 'wake' }, now)).toEqual([{ type: 'dial' }])
    }
    // A whole fleet that comes back at once dials no oftener than a server can answer.
    for (const agents of [100, 1_000, 3_000]) expect(agents / (redialMs(agents) / 1000)).toBeLessThanOrEqual(200)
    // Of ten thousand the last one dials 23 s after the server is back: it could not be taken sooner.
    expect(redialMs(10_000) * (1 + agentTimes.backoffJitter)).toBeLessThanOrEqual(23_000)
  })

  it('beats as often as the server said, and takes it for gone after three times as long', () => {
    const agent = new AgentMachine(seededRandom(1))
    agent.handle({ type: 'start' }, 0)
    agent.handle({ type: 'opened' }, 0)
    agent.handle({ type: 'frame', frame: hello }, 0)
    agent.handle({ type: 'frame', frame: { ...welcome, heartbeatMs: heartbeatMs(10_000) } }, 0)
    const beats: number[] = []
    let now = agent.wakeAtMs() ?? 0
    for (; agent.connected; now = agent.wakeAtMs() ?? 0)
      for (const { type } of agent.handle({ type: 'wake' }, now)) if (type === 'send') beats.push(now)
    const [first = 0, second = 0] = beats
    expect(second - first).toBe(10_000)
    expect(beats.every((at) => at < 30_000)).toBe(true)
    expect(beats.length).toBeGreaterThanOrEqual(3)
    // Few are heard of as often as ever; a thousand a second are the most of however many.
    expect([1, 1_000].map(heartbeatMs)).toEqual([linkLimits.heartbeatMs, linkLimits.heartbeatMs])
    for (const agents of [1_500, 2_000, 10_000])
      expect(agents / (heartbeatMs(agents) / 1_000)).toBeLessThanOrEqual(1_000)
  })

  it('was refused when a server said no instead of welcome, not when nobody answered or a session ended', () => {
    const refusedBy = (events: AgentEvent[]): unknown => {
      const agent = new AgentMachine(seededRandom(1))
      agent.handle({ type: 'start' }, 0)
      const actions = [{ type: 'opened' } as const, ...events].flatMap((event) =>
        agent.handle(event, event.type === 'wake' ? agentTimes.handshakeMs : 0),
      )
      return actions.find(({ type }) => type === 'close')
    }
    const bye = { type: 'frame', frame: { type: 'bye', reason: 'r' } } as const
    const challenge = { type: 'frame', frame: hello } as const
    expect(refusedBy([challenge, bye])).toMatchObject({ refused: true })
    expect(refusedBy([{ type: 'wake' }])).toMatchObject({ refused: false })
    expect(refusedBy([challenge, { type: 'frame', frame: welcome }, bye])).toMatchObject({ refused: false })
  })

  it('waits long after repeated refusals and after a newer session, shortly after a plain farewell', () => {
    const agent = new AgentMachine(seededRandom(2))
    const farewell = (reason: string, opened: boolean, nowMs: number): number => {
      if (opened) open(agent, nowMs)
      else {
        agent.handle({ type: 'start' }, nowMs)
        agent.handle({ type: 'wake' }, nowMs)
        agent.handle({ type: 'opened' }, nowMs)
      }
      agent.handle({ type: 'frame', frame: { type: 'bye', reason } }, nowMs)
      return (agent.wakeAtMs() ?? 0) - nowMs
    }
    const soonMs = 4 * agentTimes.firstBackoffMs
    expect(farewell('the certificate is revoked', false, 0)).toBeLessThanOrEqual(soonMs)
    expect(farewell('the certificate is revoked', false, 1e6)).toBeGreaterThanOrEqual(agentTimes.refusedBackoffMs / 2)
    expect(farewell('the server stops', true, 2e6)).toBeLessThanOrEqual(8 * soonMs)
    expect(farewell(FENCED, true, 3e6)).toBeGreaterThanOrEqual(agentTimes.refusedBackoffMs / 2)
  })
})

describe('server machine', () => {
  const proof = {
    type: 'proof' as const,
    certificate: '',
    serverFingerprint: '',
    signature: '',
    agentVersion: '',
    podName: '',
    applied: null,
  }
  const heartbeat = (seq: number) => ({ type: 'frame' as const, frame: { type: 'heartbeat' as const, seq, at: '' } })
  const pace = { heartbeatMs: heartbeatMs(2_000), redialMs: 500 }
  const opened = (): ServerMachine => {
    const server = new ServerMachine()
    server.handle({ type: 'start', nonce: 'n', audience: 'a' }, 0)
    server.handle({ type: 'frame', frame: proof }, 0)
    server.handle({ type: 'admitted', sessionEpoch: 1, sessionToken: 't', ...pace, desired: desiredOf(1) }, 0)
    return server
  }
  const types = (actions: { type: string }[]): string[] => actions.map(({ type }) => type)

  it('ends a session that speaks before its proof, proves twice, or never proves', () => {
    const early = new ServerMachine()
    early.handle({ type: 'start', nonce: 'n', audience: 'a' }, 0)
    expect(types(early.handle(heartbeat(1), 0))).toEqual(['send', 'close', 'ended'])
    expect(types(opened().handle({ type: 'frame', frame: proof }, 0))).toEqual(['send', 'close', 'ended'])
    const slow = new ServerMachine()
    slow.handle({ type: 'start', nonce: 'n', audience: 'a' }, 0)
    expect(types(slow.handle({ type: 'wake' }, serverTimes.handshakeMs))).toContain('ended')
  })

  it('acknowledges what it cannot read, so that it is not sent for ever; before the proof that ends the session', () => {
    const unreadable = { type: 'unreadable', seq: 7, reason: 'too deep' } as const
    const server = opened()
    expect(server.handle(unreadable, 0)).toEqual([
      { type: 'dropped', reason: 'too deep' },
      { type: 'send', frame: { type: 'ack', seq: 7 } },
    ])
    expect(types(server.handle({ ...unreadable, seq: null }, 0))).toContain('ended')
    const early = new ServerMachine()
    early.handle({ type: 'start', nonce: 'n', audience: 'a' }, 0)
    expect(types(early.handle(unreadable, 0))).toContain('ended')
  })

  it('ignores an admission that comes after the connection is gone', () => {
    const server = new ServerMachine()
    server.handle({ type: 'start', nonce: 'n', audience: 'a' }, 0)
    server.handle({ type: 'frame', frame: proof }, 0)
    server.handle({ type: 'closed' }, 0)
    expect(server.handle({ type: 'admitted', sessionEpoch: 1, sessionToken: 't', ...pace, desired: null }, 0)).toEqual(
      [],
    )
  })

  it('ends an agent that missed three heartbeats, as often as it was told to beat', () => {
    const server = opened()
    const beatAtMs = 7_000
    server.handle(heartbeat(1), beatAtMs)
    const endMs = beatAtMs + pace.heartbeatMs * linkLimits.missedHeartbeats
    expect(types(server.handle({ type: 'wake' }, endMs - 1))).not.toContain('ended')
    expect(types(server.handle({ type: 'wake' }, endMs))).toContain('ended')
  })

  it('ends a loud agent', () => {
    const server = opened()
    const ends = Array.from({ length: frameRate.burst + 1 }, (_, index) => server.handle(heartbeat(index + 1), 0))
    expect(types(ends.flat())).toContain('ended')
  })

  it('asks for a preview once, on an open session, and hands on what is answered', () => {
    const server = opened()
    const request = { type: 'preview' as const, id: 'p', desired: desiredOf(1), texts: '', tokens: [], limitMs: 1 }
    const answer = { type: 'preview-answer' as const, id: 'p', failure: null, layers: [], notes: [] }
    expect(new ServerMachine().handle({ type: 'ask', request }, 0)).toEqual([])
    expect(server.handle({ type: 'ask', request }, 0)).toEqual([{ type: 'send', frame: request }])
    expect(server.handle({ type: 'frame', frame: answer }, 0)).toEqual([{ type: 'answered', answer }])
    const agent = new AgentMachine(seededRandom(1))
    expect(agent.handle({ type: 'frame', frame: request }, 0)).toEqual([])
    agent.handle({ type: 'start' }, 0)
    agent.handle({ type: 'opened' }, 0)
    agent.handle({ type: 'frame', frame: hello }, 0)
    agent.handle({ type: 'frame', frame: welcome }, 0)
    expect(agent.handle({ type: 'frame', frame: request }, 0)).toEqual([{ type: 'preview', request }])
    expect(agent.handle({ type: 'answer', answer }, 0)).toEqual([{ type: 'send', message: answer }])
    agent.handle({ type: 'closed' }, 0)
    expect(agent.handle({ type: 'answer', answer }, 0)).toEqual([])
  })

  it('sends a desired state only when it is newer, and again when it is not taken up', () => {
    const server = opened()
    expect(server.handle({ type: 'desired', desired: desiredOf(1) }, 0)).toEqual([])
    expect(types(server.handle({ type: 'desired', desired: desiredOf(2) }, 0))).toEqual(['send'])
    let repeats = 0
    for (let at = 0; at <= serverTimes.desiredRetryMs; at += 5000) {
      server.handle(heartbeat(at + 1), at)
      repeats += types(server.handle({ type: 'wake' }, at)).filter((type) => type === 'send').length
    }
    expect(repeats).toBe(1)
  })
})
