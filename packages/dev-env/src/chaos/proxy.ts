import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Random } from '@atrium/runtime/base/random.ts'

export interface ChaosProxyOptions {
  /** On 127.0.0.1. */
  targetPort: number
  /** Share of chunks that are lost on the way, and sent again by TCP. */
  loss: number
  clock: Clock
  random: Random
}

/** As Linux waits before it sends again what nobody confirmed; twice as long each further time. */
const RETRANSMIT_MS = 200

/**
 * A network between two sides of TCP that loses packets, and can become a black hole: connections are accepted and
 * nothing is forwarded, neither data nor their end, and nobody is told. What was open or dialled meanwhile stays
 * swallowed when the hole closes: in a real one, the next try of TCP is minutes away by then.
 */
export class ChaosProxy {
  readonly #options: ChaosProxyOptions
  readonly #server: Server
  readonly #ways = new Set<Way>()
  #isCut = false

  static async open(options: ChaosProxyOptions): Promise<ChaosProxy> {
    const proxy = new ChaosProxy(options)
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject)
      proxy.#server.listen({ host: '127.0.0.1', port: 0 }, resolve)
    })
    return proxy
  }

  private constructor(options: ChaosProxyOptions) {
    this.#options = options
    // Half open, so that the end of one direction does not overtake what still travels in it.
    this.#server = createServer({ allowHalfOpen: true }, (near) => this.#accept(near))
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** Swallows all there is and all that comes, until `heal`. */
  cut(): void {
    this.#isCut = true
    for (const way of this.#ways) way.swallow()
  }

  /** What comes from now on goes through. */
  heal(): void {
    this.#isCut = false
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    for (const way of this.#ways) way.end()
    await closed
  }

  #accept(near: Socket): void {
    const way = new Way(near, this.#options, () => this.#ways.delete(way))
    this.#ways.add(way)
    if (this.#isCut) way.swallow()
    way.open()
  }
}

/** One connection through the proxy. */
class Way {
  readonly #near: Socket
  readonly #options: ChaosProxyOptions
  readonly #over: () => void
  #far: Socket | null = null
  #isSwallowed = false

  constructor(near: Socket, options: ChaosProxyOptions, over: () => void) {
    this.#near = near
    this.#options = options
    this.#over = over
    this.#watch(near)
  }

  /** Goes on to the target, unless swallowed before. */
  open(): void {
    if (this.#isSwallowed) return void this.#carry(this.#near, null)
    const far = connect({ host: '127.0.0.1', port: this.#options.targetPort, allowHalfOpen: true })
    this.#far = far
    this.#watch(far)
    void this.#carry(this.#near, far)
    void this.#carry(far, this.#near)
  }

  /** From now on neither side hears of the other. */
  swallow(): void {
    this.#isSwallowed = true
  }

  end(): void {
    this.#near.destroy()
    this.#far?.destroy()
  }

  #watch(socket: Socket): void {
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      if (!this.#isSwallowed) this.end()
      if (this.#near.destroyed && this.#far?.destroyed !== false) this.#over()
    })
  }

  async #carry(from: Socket, to: Socket | null): Promise<void> {
    try {
      for await (const chunk of from) {
        await this.#travel()
        if (to && !this.#isSwallowed && !to.write(chunk as Buffer)) await this.#drained(to)
      }
      if (this.#isSwallowed) from.destroy()
      else to?.end()
    } catch {
      // A reset; `close` follows and ends the other side.
    }
  }

  async #travel(): Promise<void> {
    const { random, loss, clock } = this.#options
    for (let waitMs = RETRANSMIT_MS; random.fraction() < loss; waitMs *= 2) await clock.sleep(waitMs)
  }

  #drained(socket: Socket): Promise<void> {
    return new Promise((resolve) => {
      socket.once('drain', resolve)
      socket.once('close', resolve)
    })
  }
}
