import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import type { PreviewAnswer, PreviewRequest } from '@atrium/api/link/preview.ts'
import { type AgentMessage, linkLimits } from '@atrium/api/link/protocol.ts'
import type { AgentFrame, ProofFrame, ServerFrame } from './codec.ts'
import { laneOf, ReceiveLane } from './lanes.ts'

export const serverTimes = {
  /** From the hello to a checked proof. */
  handshakeMs: 10_000,
  /** Sends a desired state again that the agent did not take up. */
  desiredRetryMs: 30_000,
} as const
/** Frames of one agent: a burst, and how many a second refill it. A healthy agent sends about one a second. */
export const frameRate = { burst: 200, perSecond: 50 } as const

/**
 * How often an agent of a server that has so many dials while it is away: a few times a second, so that it is back at once, and
 * seldomer the more there are: after an outage all come at once, and a server hears about two hundred dials a second of them, 667 of
 * ten thousand. Those that it cannot take at once wait, see `LinkGate`.
 */
export const redialMs = (agents: number): number => Math.min(15_000, Math.max(400, agents * 5))

/**
 * How often an agent beats on a server that has so many: every five seconds, and seldomer from a thousand on, so that a
 * server hears about two hundred a second of them at first and a thousand at most of ten thousand.
 */
export const heartbeatMs = (agents: number): number =>
  Math.min(linkLimits.slowestHeartbeatMs, Math.max(linkLimits.heartbeatMs, agents * 5))

/** Farewell to a session that a newer one of the same cluster replaced: both agents dialling at once would never end. */
export const FENCED = 'a newer session of this cluster took over'

export type ReportMessage = Exclude<AgentMessage, { type: 'heartbeat' }>

export type ServerEvent =
  | { type: 'start'; nonce: string; audience: string }
  | { type: 'frame'; frame: AgentFrame }
  /** A message that fits no schema: `seq` is its number, where it shows one. */
  | { type: 'unreadable'; seq: number | null; reason: string }
  /** The proof holds; the session has its number. */
  | {
      type: 'admitted'
      sessionEpoch: number
      sessionToken: string
      heartbeatMs: number
      redialMs: number
      desired: DesiredState | null
    }
  | { type: 'refused'; reason: string }
  /** The newest desired state; sent only if it is newer than what the agent has. */
  | { type: 'desired'; desired: DesiredState }
  /** Asks for a preview; sent once, for whoever waits for it asks again. */
  | { type: 'ask'; request: PreviewRequest }
  /** The report's effect is stored. */
  | { type: 'handled'; seq: number }
  /** It is not: the agent will send it again. */
  | { type: 'failed'; seq: number }
  | { type: 'wake' }
  | { type: 'closed' }

export type ServerAction =
  | { type: 'send'; frame: ServerFrame }
  | { type: 'verify'; proof: ProofFrame }
  | { type: 'heartbeat' }
  /** Store the report's effect, then tell `handled` or `failed`. One at a time, in order. */
  | { type: 'handle'; message: ReportMessage }
  | { type: 'answered'; answer: PreviewAnswer }
  /** A report is lost: for the log. */
  | { type: 'dropped'; reason: string }
  | { type: 'close'; reason: string }
  /** Once, as the last action. */
  | { type: 'ended'; wasOpen: boolean; reason: string }

type Position = { epoch: number; generation: number }
type Phase = 'new' | 'greeting' | 'verifying' | 'open' | 'ended'

/**
 * The server's end of one agent's session, without I/O: events in, actions out, time as an argument.
 *
 * new → greeting → verifying → open → ended. After each `handle`, the driver wakes it at `wakeAtMs`.
 */
export class ServerMachine {
  readonly #lanes = { state: new ReceiveLane(), log: new ReceiveLane() }
  readonly #waiting: ReportMessage[] = []
  #phase: Phase = 'new'
  #handling: ReportMessage | null = null
  #deadlineMs = 0
  #heardAtMs = 0
  #heartbeatMs: number = linkLimits.heartbeatMs
  /** The newest it was given. */
  #given: Position | null = null
  /** While it may have to be sent again. */
  #desired: DesiredState | null = null
  #desiredSentAtMs: number | null = null
  #tokens: number = frameRate.burst
  #refilledAtMs = 0

  get open(): boolean {
    return this.#phase === 'open'
  }

  wakeAtMs(): number | null {
    if (this.#phase === 'new' || this.#phase === 'ended') return null
    if (this.#phase !== 'open') return this.#deadlineMs
    const retryAtMs = this.#desiredSentAtMs === null ? [] : [this.#desiredSentAtMs + serverTimes.desiredRetryMs]
    return Math.min(this.#silentAtMs(), ...retryAtMs)
  }

  handle(event: ServerEvent, nowMs: number): ServerAction[] {
    if (this.#phase === 'ended') return []
    switch (event.type) {
      case 'start':
        this.#phase = 'greeting'
        this.#deadlineMs = nowMs + serverTimes.handshakeMs
        this.#refilledAtMs = nowMs
        return [{ type: 'send', frame: { type: 'hello', nonce: event.nonce, audience: event.audience } }]
      case 'frame':
        return this.#receive(event.frame, nowMs)
      case 'unreadable':
        return this.#drop(event, nowMs)
      case 'admitted':
        return this.#admit(event, nowMs)
      case 'refused':
        return this.#end(event.reason, true)
      case 'desired':
        return this.#offer(event.desired, nowMs)
      case 'ask':
        return this.#phase === 'open' ? [{ type: 'send', frame: event.request }] : []
      case 'handled':
        return this.#finish(event.seq, true)
      case 'failed':
        return this.#finish(event.seq, false)
      case 'wake':
        return this.#wake(nowMs)
      case 'closed':
        return this.#end('the connection closed', false)
    }
  }

  #receive(frame: AgentFrame, nowMs: number): ServerAction[] {
    this.#heardAtMs = nowMs
    if (!this.#takeToken(nowMs)) return this.#end('too many messages', true)
    if (frame.type === 'proof') {
      if (this.#phase !== 'greeting') return this.#end('a proof out of turn', true)
      this.#phase = 'verifying'
      return [{ type: 'verify', proof: frame }]
    }
    if (this.#phase !== 'open') return this.#end('a message before the welcome', true)
    if (frame.type === 'heartbeat') return [{ type: 'heartbeat' }, ack(frame.seq)]
    if (frame.type === 'preview-answer') return [{ type: 'answered', answer: frame }]
    return this.#accept(frame)
  }

  /** After the proof it is acknowledged without effect: sent again it would end this session and each that follows. */
  #drop({ seq, reason }: { seq: number | null; reason: string }, nowMs: number): ServerAction[] {
    if (this.#phase !== 'open' || seq === null) return this.#end(reason, true)
    this.#heardAtMs = nowMs
    return this.#takeToken(nowMs) ? [{ type: 'dropped', reason }, ack(seq)] : this.#end('too many messages', true)
  }

  #accept(message: ReportMessage): ServerAction[] {
    if (this.#lanes[laneOf(message.type)].isOld(message.seq)) return [ack(message.seq)]
    const known = this.#handling?.seq === message.seq || this.#waiting.some(({ seq }) => seq === message.seq)
    if (known) return []
    if (this.#waiting.length >= linkLimits.inFlight) return this.#end('too many unacknowledged messages', true)
    this.#waiting.push(message)
    return [...this.#confirm(message), ...this.#next()]
  }

  #next(): ServerAction[] {
    if (this.#handling !== null) return []
    this.#handling = this.#waiting.shift() ?? null
    return this.#handling === null ? [] : [{ type: 'handle', message: this.#handling }]
  }

  #finish(seq: number, stored: boolean): ServerAction[] {
    const message = this.#handling
    if (message?.seq !== seq) return []
    this.#handling = null
    if (!stored) return this.#next()
    this.#lanes[laneOf(message.type)].handled(seq)
    this.#dropOld()
    return [ack(seq), ...this.#next()]
  }

  /** What waits but is older than what was just stored: late copies of superseded messages. */
  #dropOld(): void {
    const fresh = this.#waiting.filter((message) => !this.#lanes[laneOf(message.type)].isOld(message.seq))
    this.#waiting.splice(0, this.#waiting.length, ...fresh)
  }

  #admit(event: Extract<ServerEvent, { type: 'admitted' }>, nowMs: number): ServerAction[] {
    if (this.#phase !== 'verifying') return []
    this.#phase = 'open'
    this.#heardAtMs = nowMs
    this.#heartbeatMs = event.heartbeatMs
    if (event.desired) this.#give(event.desired, nowMs)
    const { sessionEpoch, sessionToken, heartbeatMs, redialMs, desired } = event
    return [{ type: 'send', frame: { type: 'welcome', sessionEpoch, sessionToken, heartbeatMs, redialMs, desired } }]
  }

  #offer(desired: DesiredState, nowMs: number): ServerAction[] {
    if (this.#phase !== 'open' || (this.#given && !isNewer(desired, this.#given))) return []
    this.#give(desired, nowMs)
    return [{ type: 'send', frame: { type: 'desired', desired } }]
  }

  /** The agent works on what was sent: no need to repeat it. */
  #confirm(message: ReportMessage): ServerAction[] {
    if (message.type !== 'state' || !this.#given) return []
    const taken = message.working ?? message.applied
    if (!taken || isNewer(this.#given, taken)) return []
    this.#desired = null
    this.#desiredSentAtMs = null
    return []
  }

  #give(desired: DesiredState, nowMs: number): void {
    const { epoch, generation } = desired
    this.#given = { epoch, generation }
    this.#desired = desired
    this.#desiredSentAtMs = nowMs
  }

  #wake(nowMs: number): ServerAction[] {
    const wakeAtMs = this.wakeAtMs()
    if (wakeAtMs === null || nowMs < wakeAtMs) return []
    if (this.#phase !== 'open') return this.#end('the handshake took too long', true)
    if (nowMs >= this.#silentAtMs()) return this.#end('the agent went silent', true)
    if (!this.#desired) return []
    this.#desiredSentAtMs = nowMs
    return [{ type: 'send', frame: { type: 'desired', desired: this.#desired } }]
  }

  #end(reason: string, tellAgent: boolean): ServerAction[] {
    const wasOpen = this.#phase === 'open'
    this.#phase = 'ended'
    this.#waiting.length = 0
    const bye: ServerAction[] = tellAgent
      ? [
          { type: 'send', frame: { type: 'bye', reason } },
          { type: 'close', reason },
        ]
      : []
    return [...bye, { type: 'ended', wasOpen, reason }]
  }

  #silentAtMs(): number {
    return this.#heardAtMs + this.#heartbeatMs * linkLimits.missedHeartbeats
  }

  #takeToken(nowMs: number): boolean {
    const refill = ((nowMs - this.#refilledAtMs) / 1000) * frameRate.perSecond
    this.#tokens = Math.min(frameRate.burst, this.#tokens + Math.max(0, refill))
    this.#refilledAtMs = nowMs
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}

const ack = (seq: number): ServerAction => ({ type: 'send', frame: { type: 'ack', seq } })

/** Desired states are ordered by (epoch, generation). */
export const isNewer = (candidate: Position, than: Position): boolean =>
  candidate.epoch > than.epoch || (candidate.epoch === than.epoch && candidate.generation > than.generation)
