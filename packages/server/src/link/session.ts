import { errorStatus } from '@atrium/api/errors.ts'
import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import type { PreviewAnswer, PreviewRequest } from '@atrium/api/link/preview.ts'
import { type AgentMessage, linkLimits } from '@atrium/api/link/protocol.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { AtriumError, messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { type HelloFrame, numberOf, type ProofFrame, parseAgentFrame } from '@atrium/tunnel/link/codec.ts'
import {
  FENCED,
  type ReportMessage,
  type ServerAction,
  type ServerEvent,
  ServerMachine,
} from '@atrium/tunnel/link/server-machine.ts'
import type { AgentName } from './agent-name.ts'
import { FencedError } from './status.ts'

export type { AgentMessage }

/** Whose session it is, and its number. */
export interface SessionName {
  agent: AgentName
  epoch: number
}

/** A proof that held, and what to send first. */
export interface Admitted extends SessionName {
  /** What the plane's was when it was admitted. */
  planeEpoch: number
  token: string
  /** How often it beats. */
  heartbeatMs: number
  /** How often it dials while it is away. */
  redialMs: number
  /** Null also when the agent runs the newest one already. */
  desired: DesiredState | null
  /** The newest desired state, of which it knows now. */
  given: { epoch: number; generation: number } | null
  /** What the agent understands beyond the first protocol. */
  can: readonly string[]
}

/** A connection as the session uses it: a WebSocket, or that of a simulated network. */
export interface SessionSocket {
  readonly bufferedAmount: number
  on(event: 'message', listener: (data: unknown, isBinary: boolean) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'close', listener: () => void): unknown
  send(text: string): void
  close(code: number): void
  terminate(): void
}

/** What a session needs from the hub that holds it. */
export interface SessionHost {
  clock: Clock
  logger: Logger
  /** Checks the proof and makes this the cluster's newest session. Throws `AtriumError` when it does not hold. */
  admit(session: LinkSession, proof: ProofFrame, hello: HelloFrame): Promise<Admitted>
  opened(session: LinkSession, admitted: Admitted): void
  heartbeat(session: SessionName): void
  /** Stores the report's effect; throws `FencedError` when the session is no longer the newest. */
  handle(session: SessionName, message: ReportMessage): Promise<void>
  answered(session: LinkSession, answer: PreviewAnswer): void
  ended(session: LinkSession, name: SessionName | null, reason: string): void
}

/** Drives `ServerMachine` for one connection. */
export class LinkSession {
  readonly #socket: SessionSocket
  readonly #host: SessionHost
  readonly #machine = new ServerMachine()
  readonly #hello: HelloFrame
  readonly #proven: () => void
  #name: SessionName | null = null
  #cancelWake: () => void = () => undefined
  #wakeAtMs = Number.POSITIVE_INFINITY

  constructor(socket: SessionSocket, host: SessionHost, hello: HelloFrame, proven: () => void) {
    this.#socket = socket
    this.#host = host
    this.#hello = hello
    this.#proven = proven
    socket.on('message', (data, isBinary) => this.#message(data, isBinary))
    // `close` follows every error.
    socket.on('error', (error) => host.logger.debug({ reason: messageOf(error) }, 'link socket failed'))
    socket.on('close', () => this.#handle({ type: 'closed' }))
    this.#handle({ type: 'start', nonce: hello.nonce, audience: hello.audience })
  }

  /** The newest desired state; the machine decides whether the agent has it already. */
  offer(desired: DesiredState): void {
    this.#handle({ type: 'desired', desired })
  }

  /** Asks for a preview; nothing is sent on a session that is not open. */
  ask(request: PreviewRequest): void {
    this.#handle({ type: 'ask', request })
  }

  end(reason: string): void {
    this.#handle({ type: 'refused', reason })
  }

  /** Ends without a farewell, so that the agent dials again at once: this server stops. */
  drop(): void {
    this.#socket.close(1001)
    this.#handle({ type: 'closed' })
  }

  #message(data: unknown, isBinary: boolean): void {
    try {
      if (isBinary) throw new AtriumError('InvalidRequest', 'A binary frame.')
      this.#handle({ type: 'frame', frame: parseAgentFrame(data) })
    } catch (error) {
      this.#handle({ type: 'unreadable', seq: numberOf(data), reason: messageOf(error) })
    }
  }

  #handle(event: ServerEvent): void {
    const { clock } = this.#host
    for (const action of this.#machine.handle(event, clock.elapsed())) this.#perform(action)
    this.#wakeLater()
  }

  /** A timer that is set earlier stays and is set on when it rings: each frame would otherwise make one anew. */
  #wakeLater(): void {
    const wakeAtMs = this.#machine.wakeAtMs() ?? Number.POSITIVE_INFINITY
    const isOver = wakeAtMs === Number.POSITIVE_INFINITY
    if (!isOver && wakeAtMs >= this.#wakeAtMs) return
    this.#cancelWake()
    this.#wakeAtMs = wakeAtMs
    if (isOver) return
    const { clock } = this.#host
    this.#cancelWake = clock.after(Math.max(0, wakeAtMs - clock.elapsed()), () => {
      this.#wakeAtMs = Number.POSITIVE_INFINITY
      this.#handle({ type: 'wake' })
    })
  }

  #perform(action: ServerAction): void {
    switch (action.type) {
      case 'send':
        return this.#send(JSON.stringify(action.frame))
      case 'verify':
        void this.#verify(action.proof)
        return
      case 'heartbeat':
        if (this.#name) this.#host.heartbeat(this.#name)
        return
      case 'handle':
        void this.#store(action.message)
        return
      case 'answered':
        return this.#host.answered(this, action.answer)
      case 'dropped':
        return this.#logDropped(action.reason)
      case 'close':
        return this.#socket.close(1008)
      case 'ended':
        return this.#host.ended(this, this.#name, action.reason)
    }
  }

  /** An agent that does not read what we send fills our memory: it has to come back when it can. */
  #send(text: string): void {
    if (this.#socket.bufferedAmount > 4 * linkLimits.messageBytes) return this.#socket.terminate()
    this.#socket.send(text)
  }

  async #verify(proof: ProofFrame): Promise<void> {
    try {
      const admitted = await this.#host.admit(this, proof, this.#hello)
      this.#name = { agent: admitted.agent, epoch: admitted.epoch }
      this.#proven()
      this.#handle({
        type: 'admitted',
        sessionEpoch: admitted.epoch,
        sessionToken: admitted.token,
        heartbeatMs: admitted.heartbeatMs,
        redialMs: admitted.redialMs,
        desired: admitted.desired,
      })
      if (this.#machine.open) this.#host.opened(this, admitted)
      else this.#host.ended(this, admitted, 'the connection closed during the handshake')
    } catch (error) {
      this.#host.logger.warn({ reason: messageOf(error) }, 'link refused')
      this.#handle({ type: 'refused', reason: refusalFor(error) })
    }
  }

  async #store(message: ReportMessage): Promise<void> {
    if (!this.#name) return
    try {
      await this.#host.handle(this.#name, message)
      this.#handle({ type: 'handled', seq: message.seq })
    } catch (error) {
      this.#failed(message, error)
    }
  }

  #logDropped(reason: string): void {
    const cluster = this.#name?.agent.clusterUid
    this.#host.logger.error({ reason, cluster }, 'report dropped: it cannot be read')
  }

  #failed(message: ReportMessage, error: unknown): void {
    const log = { reason: messageOf(error), type: message.type, cluster: this.#name?.agent.clusterUid }
    if (error instanceof FencedError) return this.#handle({ type: 'refused', reason: FENCED })
    if (isPermanent(error)) {
      // Sent again it would fail again: without an acknowledgement it would block the agent's other reports for ever.
      this.#host.logger.error(log, 'report dropped: it cannot be stored')
      return this.#handle({ type: 'handled', seq: message.seq })
    }
    this.#host.logger.warn(log, 'report not stored yet; the agent sends it again')
    this.#handle({ type: 'failed', seq: message.seq })
  }
}

const isPermanent = (error: unknown): boolean =>
  (error instanceof AtriumError && errorStatus[error.code] < 500 && error.code !== 'ResourceConflict') ||
  error instanceof TypeError ||
  error instanceof RangeError

/** What an unproven caller may learn. */
const refusalFor = (error: unknown): string => {
  if (error instanceof FencedError) return FENCED
  return error instanceof AtriumError && errorStatus[error.code] < 500 ? error.message : 'try again later'
}
