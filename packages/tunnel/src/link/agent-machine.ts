import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import type { PreviewAnswer, PreviewRequest } from '@atrium/api/link/preview.ts'
import { type AgentMessage, linkLimits } from '@atrium/api/link/protocol.ts'
import { type Random, withJitter } from '@atrium/runtime/base/random.ts'
import type { HelloFrame, ServerFrame, WelcomeFrame } from './codec.ts'
import { laneOf, SendLane } from './lanes.ts'
import { FENCED } from './server-machine.ts'

type WithoutSeq<M> = M extends { seq: number } ? Omit<M, 'seq'> : never
type QueuedMessage = Exclude<AgentMessage, { type: 'heartbeat' }>
/** What an agent reports, before the link numbers it. */
export type LinkReport = WithoutSeq<QueuedMessage>

export const agentTimes = {
  /** From dialling to the welcome. */
  handshakeMs: 20_000,
  /** Repeats a message that nobody acknowledged. */
  retryMs: 15_000,
  firstBackoffMs: 500,
  /** Also how often an agent dials that no server told otherwise. */
  maxBackoffMs: 15_000,
  /** After a refusal nothing changes by itself soon: a person or a newer agent must act. */
  refusedBackoffMs: 30_000,
  /** A connection that lived this long proves the way is good: the next back-off starts small again. */
  settledMs: 30_000,
  backoffJitter: 0.5,
} as const
const LOG_LANE_LIMIT = 256

export type AgentEvent =
  | { type: 'start' }
  | { type: 'stop' }
  | { type: 'opened' }
  | { type: 'frame'; frame: ServerFrame }
  | { type: 'closed' }
  | { type: 'report'; message: LinkReport }
  | { type: 'answer'; answer: PreviewAnswer }
  | { type: 'wake' }

export type AgentAction =
  | { type: 'dial' }
  /** Answer the server's challenge by a proof frame. */
  | { type: 'prove'; hello: HelloFrame }
  | { type: 'send'; message: AgentMessage | PreviewAnswer }
  /** `refused`: a server said no before it said welcome; else nobody answered, or no more. */
  | { type: 'close'; reason: string; refused: boolean }
  | { type: 'connected'; welcome: WelcomeFrame }
  | { type: 'disconnected'; reason: string }
  | { type: 'desired'; desired: DesiredState }
  /** Answer it by `answer`; an answer that comes when the connection is gone is lost, and nobody waits for it. */
  | { type: 'preview'; request: PreviewRequest }

type Phase = 'stopped' | 'waiting' | 'dialling' | 'greeting' | 'proving' | 'open'

/**
 * The agent's end of the link, without I/O: events in, actions out, time as an argument.
 *
 * stopped → dialling → greeting → proving → open; every failure leads to waiting (jittered back-off), then dialling.
 * After each `handle`, the driver wakes it at `wakeAtMs`.
 */
export class AgentMachine {
  readonly #random: Random
  readonly #state: SendLane<QueuedMessage> = new SendLane(1, agentTimes.retryMs)
  readonly #log: SendLane<QueuedMessage> = new SendLane(LOG_LANE_LIMIT, agentTimes.retryMs)
  #phase: Phase = 'stopped'
  #seq = 0
  #failures = 0
  /** Refusals in a row; being fenced counts as many. */
  #refusals = 0
  /** Of the phase: end of back-off, or of the handshake. */
  #deadlineMs = 0
  #openedAtMs = 0
  #heartbeatMs: number = linkLimits.heartbeatMs
  #redialMs: number = agentTimes.maxBackoffMs
  #nextHeartbeatMs = 0
  #heardAtMs = 0
  #reason = 'closed'

  constructor(random: Random) {
    this.#random = random
  }

  get connected(): boolean {
    return this.#phase === 'open'
  }

  /** Reports given up because the plane was away for too long. */
  get dropped(): number {
    return this.#log.dropped
  }

  /** How often to dial about, while nobody answers. */
  get redialMs(): number {
    return this.#redialMs
  }

  wakeAtMs(): number | null {
    if (this.#phase === 'stopped') return null
    if (this.#phase !== 'open') return this.#deadlineMs
    const times = [this.#nextHeartbeatMs, this.#silentAtMs(), this.#state.wakeAtMs(), this.#log.wakeAtMs()]
    return Math.min(...times.filter((time) => time !== null))
  }

  handle(event: AgentEvent, nowMs: number): AgentAction[] {
    switch (event.type) {
      case 'start':
        return this.#phase === 'stopped' ? this.#dial(nowMs) : []
      case 'stop':
        return this.#stop()
      case 'opened':
        if (this.#phase === 'dialling') this.#phase = 'greeting'
        return []
      case 'frame':
        return this.#receive(event.frame, nowMs)
      case 'closed':
        return this.#lost(nowMs)
      case 'report':
        this.#seq += 1
        this.#laneFor(event.message.type).push({ ...event.message, seq: this.#seq } as QueuedMessage)
        return this.#flush(nowMs)
      case 'answer':
        return this.#phase === 'open' ? [{ type: 'send', message: event.answer }] : []
      case 'wake':
        return this.#wake(nowMs)
    }
  }

  #laneFor(type: QueuedMessage['type']): SendLane<QueuedMessage> {
    return laneOf(type) === 'state' ? this.#state : this.#log
  }

  #dial(nowMs: number): AgentAction[] {
    this.#phase = 'dialling'
    this.#deadlineMs = nowMs + agentTimes.handshakeMs
    this.#reason = 'closed'
    return [{ type: 'dial' }]
  }

  #stop(): AgentAction[] {
    const before = this.#phase
    this.#phase = 'stopped'
    if (before === 'stopped' || before === 'waiting') return []
    const gone: AgentAction[] = before === 'open' ? [{ type: 'disconnected', reason: 'the agent stops' }] : []
    return [{ type: 'close', reason: 'the agent stops', refused: false }, ...gone]
  }

  #receive(frame: ServerFrame, nowMs: number): AgentAction[] {
    this.#heardAtMs = nowMs
    if (frame.type === 'hello' && this.#phase === 'greeting') {
      this.#phase = 'proving'
      return [{ type: 'prove', hello: frame }]
    }
    if (frame.type === 'welcome' && this.#phase === 'proving') return this.#open(frame, nowMs)
    if (frame.type === 'bye' && this.#phase !== 'stopped' && this.#phase !== 'waiting') {
      const refused = this.#phase !== 'open'
      if (frame.reason === FENCED) this.#refusals = 2
      else if (refused) this.#refusals += 1
      return this.#close(frame.reason, nowMs, refused)
    }
    if (this.#phase !== 'open') return []
    if (frame.type === 'desired') return [{ type: 'desired', desired: frame.desired }]
    if (frame.type === 'preview') return [{ type: 'preview', request: frame }]
    if (frame.type !== 'ack') return []
    this.#state.acknowledge(frame.seq)
    this.#log.acknowledge(frame.seq)
    return this.#flush(nowMs)
  }

  #open(welcome: WelcomeFrame, nowMs: number): AgentAction[] {
    this.#phase = 'open'
    this.#openedAtMs = nowMs
    this.#refusals = 0
    this.#heartbeatMs = welcome.heartbeatMs
    this.#redialMs = welcome.redialMs ?? agentTimes.maxBackoffMs
    this.#nextHeartbeatMs = nowMs + withJitter(this.#heartbeatMs / 2, 1, this.#random)
    this.#state.reset()
    this.#log.reset()
    const desired: AgentAction[] = welcome.desired ? [{ type: 'desired', desired: welcome.desired }] : []
    return [{ type: 'connected', welcome }, ...desired, ...this.#flush(nowMs)]
  }

  #flush(nowMs: number): AgentAction[] {
    if (this.#phase !== 'open') return []
    return [this.#state.take(nowMs), this.#log.take(nowMs)]
      .filter((message) => message !== null)
      .map((message) => ({ type: 'send', message }))
  }

  #wake(nowMs: number): AgentAction[] {
    if (this.#phase === 'stopped' || nowMs < (this.wakeAtMs() ?? Number.POSITIVE_INFINITY)) return []
    if (this.#phase === 'waiting') return this.#dial(nowMs)
    if (this.#phase !== 'open') return this.#close('the server did not finish the handshake in time', nowMs)
    if (nowMs >= this.#silentAtMs()) return this.#close('the server went silent', nowMs)
    const due = nowMs >= this.#nextHeartbeatMs
    return [...(due ? [this.#heartbeat(nowMs)] : []), ...this.#flush(nowMs)]
  }

  #heartbeat(nowMs: number): AgentAction {
    this.#seq += 1
    this.#nextHeartbeatMs = nowMs + this.#heartbeatMs
    return { type: 'send', message: { type: 'heartbeat', seq: this.#seq, at: new Date(nowMs).toISOString() } }
  }

  /** Every heartbeat is acknowledged, so silence means that the way is broken. */
  #silentAtMs(): number {
    return this.#heardAtMs + this.#heartbeatMs * linkLimits.missedHeartbeats
  }

  #close(reason: string, nowMs: number, refused = false): AgentAction[] {
    this.#reason = reason
    return [{ type: 'close', reason, refused }, ...this.#lost(nowMs)]
  }

  #lost(nowMs: number): AgentAction[] {
    if (this.#phase === 'stopped' || this.#phase === 'waiting') return []
    const wasOpen = this.#phase === 'open'
    const settled = wasOpen && nowMs - this.#openedAtMs >= agentTimes.settledMs
    this.#failures = settled ? 0 : this.#failures + 1
    this.#phase = 'waiting'
    this.#deadlineMs = nowMs + this.#backoffMs()
    return wasOpen ? [{ type: 'disconnected', reason: this.#reason }] : []
  }

  #backoffMs(): number {
    const growing = agentTimes.firstBackoffMs * 2 ** Math.min(this.#failures, 10)
    // After the first refusal the agent comes back soon: a fresh enrolment token may be waiting for it.
    const base = this.#refusals > 1 ? agentTimes.refusedBackoffMs : Math.min(growing, this.#redialMs)
    return withJitter(base, agentTimes.backoffJitter, this.#random)
  }
}
