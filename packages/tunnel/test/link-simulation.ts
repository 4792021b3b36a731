import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import { linkLimits } from '@atrium/api/link/protocol.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { type AgentAction, type AgentEvent, AgentMachine, type LinkReport } from '../src/link/agent-machine.ts'
import type { AgentFrame, ServerFrame } from '../src/link/codec.ts'
import { laneOf } from '../src/link/lanes.ts'
import {
  isNewer,
  type ReportMessage,
  type ServerAction,
  type ServerEvent,
  ServerMachine,
} from '../src/link/server-machine.ts'

/** Chances from 0 to 1, per frame or (reset) per second. */
export interface LinkFaults {
  drop: number
  duplicate: number
  reorder: number
  reset: number
  handlerFails: number
}
const NO_FAULTS: LinkFaults = { drop: 0, duplicate: 0, reorder: 0, reset: 0, handlerFails: 0 }

interface Session {
  machine: ServerMachine
  epoch: number
  connected: boolean
}

/** Both machines over a faulty connection, in virtual time: the judge of the link's promises in tests. */
export class LinkSimulation {
  readonly #random: Random
  readonly #agent: AgentMachine
  readonly #timers: { atMs: number; order: number; run: () => void }[] = []
  readonly #reported = { state: 0, log: [] as number[] }
  readonly #effects: { lane: 'state' | 'log'; value: number }[] = []
  #faults: LinkFaults
  #session: Session | null = null
  #epoch = 0
  #nowMs = 0
  #order = 0
  #counter = 0
  #desired: DesiredState = simulatedDesired(1)
  #agentDesired: DesiredState | null = null

  constructor(random: Random, faults: LinkFaults) {
    this.#random = random
    this.#faults = faults
    this.#agent = new AgentMachine(random)
    this.#toAgent({ type: 'start' })
  }

  heal(): void {
    this.#faults = NO_FAULTS
  }

  /** Lets `durationMs` pass with that many reports and desired states spread over it. */
  run(durationMs: number, load: { reports: number; desired: number }): void {
    const endMs = this.#nowMs + durationMs
    for (let index = 0; index < load.reports; index += 1)
      this.#at(this.#random.fraction() * durationMs, () => this.#report())
    for (let index = 0; index < load.desired; index += 1)
      this.#at(this.#random.fraction() * durationMs, () => this.#offer())
    for (let second = 0; second < durationMs; second += 1000) {
      this.#at(second, () => {
        if (this.#chance(this.#faults.reset)) this.#disconnect()
      })
    }
    while (this.#step(endMs)) continue
    this.#nowMs = endMs
  }

  /** What the link promised and did not keep; empty = all kept. */
  problems(): string[] {
    const problems: string[] = []
    if (!this.#agent.connected) problems.push('the agent is not connected')
    const states = this.#effects.filter(({ lane }) => lane === 'state').map(({ value }) => value)
    if ((states.at(-1) ?? 0) !== this.#reported.state)
      problems.push(`state ${states.at(-1) ?? 0} instead of ${this.#reported.state}`)
    if (!ascends(states)) problems.push(`states went back: ${states.join()}`)
    const log = this.#effects.filter(({ lane }) => lane === 'log').map(({ value }) => value)
    if (!ascends(log)) problems.push(`events went back: ${log.join()}`)
    if ([...new Set(log)].join() !== this.#reported.log.join())
      problems.push(`events ${log.join()} instead of ${this.#reported.log.join()}`)
    if (this.#agentDesired?.generation !== this.#desired.generation)
      problems.push('the agent lacks the newest desired state')
    return problems
  }

  #report(): void {
    this.#counter += 1
    const isState = this.#chance(0.5)
    if (isState) this.#reported.state = this.#counter
    else this.#reported.log.push(this.#counter)
    this.#toAgent({
      type: 'report',
      message: isState ? stateReport(this.#counter, this.#agentDesired) : logReport(this.#counter),
    })
  }

  #offer(): void {
    this.#desired = simulatedDesired(this.#desired.generation + 1)
    if (this.#session) this.#toServer(this.#session, { type: 'desired', desired: this.#desired })
  }

  #toAgent(event: AgentEvent): void {
    for (const action of this.#agent.handle(event, this.#nowMs)) this.#agentDoes(action)
    const wakeAtMs = this.#agent.wakeAtMs()
    if (wakeAtMs !== null && event.type !== 'wake') this.#at(wakeAtMs - this.#nowMs, () => this.#wakeAgent())
  }

  #wakeAgent(): void {
    if (this.#nowMs < (this.#agent.wakeAtMs() ?? Number.POSITIVE_INFINITY)) return
    this.#toAgent({ type: 'wake' })
    const wakeAtMs = this.#agent.wakeAtMs()
    if (wakeAtMs !== null) this.#at(Math.max(1, wakeAtMs - this.#nowMs), () => this.#wakeAgent())
  }

  #agentDoes(action: AgentAction): void {
    if (action.type === 'dial') this.#connect()
    else if (action.type === 'prove') this.#transmitToServer({ ...emptyProof })
    else if (action.type === 'send') this.#transmitToServer(action.message)
    else if (action.type === 'close') this.#disconnect()
    else if (action.type === 'desired' && (!this.#agentDesired || isNewer(action.desired, this.#agentDesired)))
      this.#agentDesired = action.desired
  }

  #connect(): void {
    this.#epoch += 1
    const session: Session = { machine: new ServerMachine(), epoch: this.#epoch, connected: true }
    this.#session = session
    this.#at(5, () => {
      if (!session.connected) return
      this.#toAgent({ type: 'opened' })
      this.#toServer(session, { type: 'start', nonce: 'n', audience: 'a' })
    })
  }

  #disconnect(): void {
    const session = this.#session
    if (!session?.connected) return
    session.connected = false
    this.#at(1, () => this.#toServer(session, { type: 'closed' }))
    this.#at(1, () => {
      if (this.#session === session) this.#toAgent({ type: 'closed' })
    })
  }

  #toServer(session: Session, event: ServerEvent): void {
    for (const action of session.machine.handle(event, this.#nowMs)) this.#serverDoes(session, action)
    const wakeAtMs = session.machine.wakeAtMs()
    if (wakeAtMs === null) return
    this.#at(Math.max(1, wakeAtMs - this.#nowMs), () => {
      if (this.#nowMs >= (session.machine.wakeAtMs() ?? Number.POSITIVE_INFINITY))
        this.#toServer(session, { type: 'wake' })
    })
  }

  #serverDoes(session: Session, action: ServerAction): void {
    if (action.type === 'send') this.#transmitToAgent(session, action.frame)
    else if (action.type === 'verify')
      this.#at(3, () =>
        this.#toServer(session, {
          type: 'admitted',
          sessionEpoch: session.epoch,
          sessionToken: 't',
          heartbeatMs: linkLimits.heartbeatMs,
          redialMs: 500,
          desired: this.#desired,
        }),
      )
    else if (action.type === 'handle')
      this.#at(this.#faults === NO_FAULTS ? 50 : this.#random.fraction() * 20_000, () =>
        this.#effect(session, action.message),
      )
    else if (action.type === 'close' && session === this.#session) this.#disconnect()
  }

  /** The store's part: an effect of a session that is no longer the newest is refused. */
  #effect(session: Session, message: ReportMessage): void {
    const fenced = session !== this.#session
    if (fenced || this.#chance(this.#faults.handlerFails))
      return this.#toServer(session, { type: 'failed', seq: message.seq })
    this.#effects.push({ lane: laneOf(message.type), value: valueOf(message) })
    this.#toServer(session, { type: 'handled', seq: message.seq })
  }

  #transmitToServer(frame: AgentFrame): void {
    const session = this.#session
    if (session) this.#transmit(session, () => this.#toServer(session, { type: 'frame', frame }))
  }

  #transmitToAgent(session: Session, frame: ServerFrame): void {
    this.#transmit(session, () => {
      if (session === this.#session) this.#toAgent({ type: 'frame', frame })
    })
  }

  #transmit(session: Session, deliver: () => void): void {
    if (!session.connected || this.#chance(this.#faults.drop)) return
    const arrive = (): void => {
      if (session.connected) deliver()
    }
    this.#at(this.#chance(this.#faults.reorder) ? 10 + this.#random.fraction() * 60_000 : 10, arrive)
    if (this.#chance(this.#faults.duplicate)) this.#at(this.#random.fraction() * 60_000, arrive)
  }

  #chance(share: number): boolean {
    return this.#random.fraction() < share
  }

  #at(delayMs: number, run: () => void): void {
    this.#timers.push({ atMs: this.#nowMs + delayMs, order: this.#order++, run })
  }

  #step(endMs: number): boolean {
    let index = -1
    for (const [candidate, timer] of this.#timers.entries()) {
      const best = this.#timers[index]
      if (!best || timer.atMs < best.atMs || (timer.atMs === best.atMs && timer.order < best.order)) index = candidate
    }
    const next = this.#timers[index]
    if (!next || next.atMs > endMs) return false
    this.#timers.splice(index, 1)
    this.#nowMs = next.atMs
    next.run()
    return true
  }
}

const emptyProof: AgentFrame = {
  type: 'proof',
  certificate: '',
  serverFingerprint: '',
  signature: '',
  agentVersion: '',
  podName: '',
  applied: null,
}

const simulatedDesired = (generation: number): DesiredState => ({
  clusterUid: 'c',
  clusterName: 'demo',
  epoch: 1,
  generation,
  kubernetesVersion: '',
  layers: [],
  policy: { drift: 'heal', nodes: 'heal' },
})

const stateReport = (value: number, working: DesiredState | null): LinkReport => ({
  type: 'state',
  applied: null,
  working: working && { epoch: working.epoch, generation: working.generation },
  layers: [],
  health: { state: 'Healthy', message: String(value) },
  nodes: [],
  kubernetesVersion: '',
  metrics: {
    cpuCoresTotal: 0,
    cpuCoresUsed: 0,
    memoryBytesTotal: 0,
    memoryBytesUsed: 0,
    nodesTotal: 0,
    nodesReady: 0,
    podsTotal: 0,
    podsRunning: 0,
  },
})

const logReport = (value: number): LinkReport => ({
  type: 'events',
  items: [{ id: String(value), at: '', severity: 'Info', reason: '', message: '', involved: '', source: '' }],
})

const valueOf = (message: ReportMessage): number =>
  Number(message.type === 'state' ? message.health.message : message.items[0]?.id)

const ascends = (values: number[]): boolean => values.every((value, index) => value >= (values[index - 1] ?? 0))
