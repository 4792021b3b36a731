import type { Clock } from '@atrium/runtime/base/clock.ts'
import { type Random, withJitter } from '@atrium/runtime/base/random.ts'
import { agentTimes } from '@atrium/tunnel/link/agent-machine.ts'
import type { LinkSocket, SocketListener } from './socket.ts'

export interface DiallingOptions {
  clock: Clock
  random: Random
  /** A dial that nobody answers is followed by another after about so long. */
  againMs: number
}

/**
 * One connection out of several dials. A way that swallows everything never says that it is open again, and what was
 * dialled before stays lost in it: so another dial is made beside the first, over and over. The first one stays: where
 * the server is merely slow, it is the one that will be answered.
 */
export const dialUntilAnswered = (
  dial: (listener: SocketListener) => LinkSocket,
  listener: SocketListener,
  options: DiallingOptions,
): LinkSocket => new Dialling(dial, listener, options)

/** A dial that may still be answered. */
interface Dial {
  socket: LinkSocket | null
}

class Dialling implements LinkSocket {
  readonly #dial: (listener: SocketListener) => LinkSocket
  readonly #listener: SocketListener
  readonly #options: DiallingOptions
  /** The first, and the newest of the others. */
  #open: Dial[] = []
  #answered: Dial | null = null
  #cancelAgain: () => void = () => undefined

  constructor(dial: (listener: SocketListener) => LinkSocket, listener: SocketListener, options: DiallingOptions) {
    this.#dial = dial
    this.#listener = listener
    this.#options = options
    this.#start()
  }

  send(frame: Parameters<LinkSocket['send']>[0]): void {
    this.#answered?.socket?.send(frame)
  }

  close(): void {
    this.#keep(null)
  }

  #start(): void {
    const dial: Dial = { socket: null }
    this.#open.push(dial)
    dial.socket = this.#dial({
      opened: (serverFingerprint) => {
        if (!this.#open.includes(dial)) return
        this.#answered = dial
        this.#keep(dial)
        this.#listener.opened(serverFingerprint)
      },
      frame: (frame) => {
        if (this.#answered === dial && this.#open.includes(dial)) this.#listener.frame(frame)
      },
      closed: (reason) => this.#closed(dial, reason),
    })
    const { clock, random, againMs } = this.#options
    const delayMs = withJitter(againMs, agentTimes.backoffJitter, random)
    this.#cancelAgain = clock.after(delayMs, () => this.#again())
  }

  #again(): void {
    const [first, former] = this.#open
    this.#open = first ? [first] : []
    former?.socket?.close()
    this.#start()
  }

  /** Ends all dials but this one. */
  #keep(kept: Dial | null): void {
    this.#cancelAgain()
    const others = this.#open.filter((dial) => dial !== kept)
    this.#open = kept ? [kept] : []
    for (const { socket } of others) socket?.close()
  }

  #closed(dial: Dial, reason: string): void {
    if (!this.#open.includes(dial)) return
    this.#open = this.#open.filter((other) => other !== dial)
    if (this.#open.length > 0) return
    this.#cancelAgain()
    this.#listener.closed(reason)
  }
}
