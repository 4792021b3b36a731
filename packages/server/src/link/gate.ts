import type { Socket } from 'node:net'
import type { Server } from 'node:tls'
import { LINK_ALPN } from '@atrium/api/link/protocol.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'

export interface GateOptions {
  clock: Clock
  /** Agents whose reports are being stored. */
  backlog: () => number
  /** Under way at once at most. */
  limit?: number
}

/** Two batches of proofs: more would only wait. */
const LIMIT = 200
/** Under way at once at least; also until it is known how fast the server is. */
const LEAST = 16
/** As many are let in as were done within the last so long: each then takes about that. */
const PACE_MS = 2_000
const LOOK_MS = 10
/** A peer that takes longer to prove itself holds up nobody. */
const GREETING_MS = 5_000
const FIRST_BYTES_MS = 10_000
/** Pieces in which a first message may come. */
const HELD_MAX = 8
/** An agent that is turned away is not lost: it dials again. */
const WAITING_MAX = 30_000

type Peer = Pick<Socket, 'remoteAddress' | 'remotePort'>
const keyOf = ({ remoteAddress, remotePort }: Peer): string => `${remoteAddress} ${remotePort}`

/**
 * Lets agents that dial into TLS only as fast as the server can take them. After an outage all come at once, and a server
 * that greets ten thousand finishes with none of them in time, so that all dial again (10,000 agents: two were back after 100 s,
 * and a thousand more were lost again). Here they wait as bare connections, the first come first, and one that gives up
 * meanwhile has cost no handshake. An agent is known by what it offers in its first message (ALPN): everybody else passes.
 */
export class LinkGate {
  readonly #options: Required<GateOptions>
  /** With what lets each of them in, the first come first. */
  readonly #waiting = new Map<Socket, () => void>()
  /** Let in and neither proven nor gone, with the time (ms), the first come first. */
  readonly #greeted = new Map<string, number>()
  /** When those of the last moments were done (ms), the first first. */
  #doneMs: number[] = []
  #looksLater = false

  constructor(options: GateOptions) {
    this.#options = { limit: LIMIT, ...options }
  }

  /** Connections that wait to be let in. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** The agent behind this connection has proven itself. */
  proven(peer: Peer): void {
    if (this.#greeted.delete(keyOf(peer))) this.#doneMs.push(this.#options.clock.elapsed())
  }

  /** Stands before the listeners that the server has. */
  guard(server: Server): void {
    const listeners = server.listeners('connection')
    server.removeAllListeners('connection')
    const accept = (socket: Socket): void => {
      for (const listener of listeners) listener.call(server, socket)
    }
    server.on('connection', (socket: Socket) => this.#peek(socket, accept))
  }

  /** Closes what waits. */
  close(): void {
    for (const socket of this.#waiting.keys()) socket.destroy()
  }

  /** Reads the first bytes, and puts them back for TLS. */
  #peek(socket: Socket, accept: (socket: Socket) => void): void {
    const held: Buffer[] = []
    const fail = (): void => void socket.destroy()
    const pass = (): void => {
      socket.off('error', fail).off('end', fail).off('timeout', fail).off('readable', read)
      socket.unshift(Buffer.concat(held))
      accept(socket)
    }
    // Goes on while it waits: the end of a connection is behind its bytes.
    const read = (): void => {
      const bytes: Buffer | null = socket.read()
      if (bytes === null) return
      held.push(bytes)
      // Nobody says more before the server has answered.
      if (held.length > 1) return held.length > HELD_MAX ? fail() : undefined
      socket.setTimeout(0)
      if (bytes.includes(LINK_ALPN)) this.#offer(socket, pass)
      else pass()
    }
    socket.on('error', fail).on('end', fail).on('readable', read)
    socket.setTimeout(FIRST_BYTES_MS, fail)
  }

  #offer(socket: Socket, pass: () => void): void {
    if (this.#waiting.size >= WAITING_MAX) return void socket.destroy()
    this.#waiting.set(socket, pass)
    const key = keyOf(socket)
    socket.once('close', () => {
      this.#waiting.delete(socket)
      this.#greeted.delete(key)
    })
    this.#look()
  }

  #look(): void {
    let room = this.#room()
    for (const [socket, pass] of this.#waiting) {
      if (room <= 0) break
      room -= 1
      this.#waiting.delete(socket)
      this.#greeted.set(keyOf(socket), this.#options.clock.elapsed())
      pass()
    }
    if (this.#looksLater || this.#waiting.size === 0) return
    this.#looksLater = true
    this.#options.clock.after(LOOK_MS, () => {
      this.#looksLater = false
      this.#look()
    })
  }

  /** How many more may be under way. */
  #room(): number {
    const { clock, backlog, limit } = this.#options
    const now = clock.elapsed()
    for (const [key, at] of this.#greeted) {
      if (now - at < GREETING_MS) break
      this.#greeted.delete(key)
    }
    this.#doneMs = this.#doneMs.filter((at) => now - at < PACE_MS)
    const most = Math.min(limit, Math.max(LEAST, this.#doneMs.length))
    return most - this.#greeted.size - backlog()
  }
}
