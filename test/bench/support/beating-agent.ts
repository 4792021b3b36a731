import { dialLink, type LinkSocket } from '@atrium/agent/link/socket.ts'
import type { PlaneTransport } from '@atrium/agent/link/transport.ts'
import { linkLimits } from '@atrium/api/link/protocol.ts'
import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import type { ServerFrame } from '@atrium/tunnel/link/codec.ts'
import { signProof } from '@atrium/tunnel/link/proof.ts'
import type { BenchAgent } from './agents.ts'

/** The plane ends the session of an agent that sends more than 50 frames a second. */
const LEAST_MS = 22

/**
 * An agent that does nothing but beat: over the real link with the real proof, and from `start` on each heartbeat as soon
 * as the one before was acknowledged; until then as agents do.
 */
export class BeatingAgent {
  readonly #agent: BenchAgent
  readonly #clock: Clock
  readonly #onBeat: (ackMs: number) => void
  #socket: LinkSocket | null = null
  #serverFingerprint = ''
  #seq = 0
  #sentAtMs = 0
  /** Null while an acknowledgement is awaited. */
  #ackMs: number | null = 0
  #ended: string | null = null
  #everyMs: number = linkLimits.heartbeatMs
  #cancelBeat: () => void = () => undefined
  #opened: () => void = () => undefined
  #closed: (reason: string) => void = () => undefined

  /** `onBeat` is told how long each acknowledgement took. */
  constructor(agent: BenchAgent, clock: Clock, onBeat: (ackMs: number) => void) {
    this.#agent = agent
    this.#clock = clock
    this.#onBeat = onBeat
  }

  /** Resolves once the plane has welcomed it. */
  connect(transport: PlaneTransport): Promise<void> {
    const { serverUrl, caBundlePem } = this.#agent.enrolment
    return new Promise((resolve, reject) => {
      this.#opened = resolve
      this.#closed = (reason) => reject(new Error(`An agent's link ended: ${reason}`))
      this.#socket = dialLink(serverUrl, transport.trusting(caBundlePem), {
        opened: (fingerprint) => void (this.#serverFingerprint = fingerprint),
        frame: (frame) => this.#receive(frame),
        closed: (reason) => this.#end(reason),
      })
    })
  }

  /** `onLost` is told when its link ends, which nothing here asks for. */
  start(onLost: (reason: string) => void): void {
    if (this.#ended !== null) return onLost(this.#ended)
    this.#closed = onLost
    this.#everyMs = LEAST_MS
    // One that waits for an acknowledgement goes on with it.
    if (this.#ackMs !== null) this.#beatIn(0)
  }

  close(): void {
    this.#closed = () => undefined
    this.#cancelBeat()
    this.#socket?.close()
  }

  #receive(frame: ServerFrame): void {
    if (frame.type === 'hello') return this.#prove(frame)
    if (frame.type === 'bye') return this.#end(frame.reason)
    if (frame.type === 'welcome') {
      this.#opened()
      return this.#beatIn(this.#everyMs)
    }
    if (frame.type !== 'ack' || frame.seq !== this.#seq) return
    this.#ackMs = this.#clock.elapsed() - this.#sentAtMs
    this.#onBeat(this.#ackMs)
    this.#beatIn(this.#everyMs - this.#ackMs)
  }

  #end(reason: string): void {
    this.#ended ??= reason
    this.#cancelBeat()
    this.#closed(this.#ended)
  }

  #prove(hello: Extract<ServerFrame, { type: 'hello' }>): void {
    const { privateKeyPem, certificatePem } = this.#agent.identity
    this.#socket?.send({
      type: 'proof',
      certificate: certificatePem,
      serverFingerprint: this.#serverFingerprint,
      signature: signProof(privateKeyPem.reveal(), hello, this.#serverFingerprint),
      agentVersion: '0.1.0',
      podName: 'bench',
      applied: null,
    })
  }

  #beatIn(delayMs: number): void {
    this.#cancelBeat()
    if (delayMs <= 0) return this.#beat()
    this.#cancelBeat = this.#clock.after(delayMs, () => this.#beat())
  }

  #beat(): void {
    this.#seq += 1
    this.#sentAtMs = this.#clock.elapsed()
    this.#ackMs = null
    this.#socket?.send({ type: 'heartbeat', seq: this.#seq, at: isoNow(this.#clock) })
  }
}
