import { EventEmitter } from 'node:events'
import type { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { SessionSocket } from '@atrium/server/link/session.ts'
import type { Faults } from './faults.ts'
import type { SimProcess } from './process.ts'
import type { Trace } from './trace.ts'

const CALL_TIMEOUT_MS = 8_000

export interface NetworkDeps {
  clock: ManualClock
  random: Random
  trace: Trace
  faults: () => Faults
}

/** What processes reach each other by: loses, doubles, delays and reorders, and may be cut between any two of them. */
export class SimNetwork {
  readonly deps: NetworkDeps
  /** Pairs of names that cannot reach each other, and names that reach nobody. */
  readonly #cut = new Set<string>()

  constructor(deps: NetworkDeps) {
    this.deps = deps
  }

  cut(a: string, b = '*'): void {
    this.deps.trace.add('network', `cut ${a} from ${b}`)
    this.#cut.add(pairOf(a, b))
  }

  mend(a: string, b = '*'): void {
    this.deps.trace.add('network', `mended ${a} and ${b}`)
    this.#cut.delete(pairOf(a, b))
  }

  mendAll(): void {
    this.#cut.clear()
  }

  reaches(a: string, b: string): boolean {
    return !this.#cut.has(pairOf(a, b)) && !this.#cut.has(pairOf(a, '*')) && !this.#cut.has(pairOf(b, '*'))
  }

  /** Lets one message travel: it may arrive never, late, or twice. */
  carry(from: string, to: string, what: string, deliver: () => void): void {
    const { trace } = this.deps
    const { drop, duplicate } = this.deps.faults()
    if (this.#chance(drop)) return trace.add(from, `-x ${to} ${what}: lost`)
    this.#travel(from, to, what, deliver)
    if (this.#chance(duplicate)) this.#travel(from, to, `${what} again`, deliver)
  }

  /** A request and its answer. It fails when either is lost; its effect may then be there all the same. */
  call<T>(from: SimProcess, to: () => SimProcess | null, toName: string, what: string, effect: () => Promise<T>) {
    return new Promise<T>((resolve, reject) => {
      const cancel = from.clock.after(CALL_TIMEOUT_MS, () => reject(new Error(`${toName} did not answer: ${what}`)))
      const answer = (tell: () => void): void =>
        this.carry(toName, from.name, `answer to ${what}`, () => {
          cancel()
          if (from.alive) tell()
        })
      this.carry(from.name, toName, what, () => {
        const server = to()
        if (!server?.alive) return
        effect().then(
          (value) => server.alive && answer(() => resolve(value)),
          (error: unknown) => server.alive && answer(() => reject(error as Error)),
        )
      })
    })
  }

  /** Both ends of a connection; null when it cannot be made. */
  connect(from: SimProcess, to: SimProcess): [SimSocket, SimSocket] | null {
    if (!from.alive || !to.alive || !this.reaches(from.name, to.name)) return null
    const near = new SimSocket(this, from, to)
    const far = new SimSocket(this, to, from)
    near.peer = far
    far.peer = near
    return [near, far]
  }

  #travel(from: string, to: string, what: string, deliver: () => void): void {
    const { clock, random, trace } = this.deps
    const late = this.#chance(this.deps.faults().reorder)
    clock.after(late ? 5 + random.fraction() * 12_000 : 2 + random.fraction() * 8, () => {
      if (!this.reaches(from, to)) return trace.add(from, `-x ${to} ${what}: cut off`)
      trace.add(from, `-> ${to} ${what}`)
      deliver()
    })
  }

  #chance(share: number): boolean {
    return this.deps.random.fraction() < share
  }
}

const pairOf = (a: string, b: string): string => (a < b ? `${a}|${b}` : `${b}|${a}`)

/** One end of a connection, as the link's session knows a WebSocket. */
export class SimSocket extends EventEmitter implements SessionSocket {
  readonly bufferedAmount = 0
  readonly #network: SimNetwork
  readonly #owner: SimProcess
  readonly #other: SimProcess
  peer: SimSocket | null = null
  #isOpen = true

  constructor(network: SimNetwork, owner: SimProcess, other: SimProcess) {
    super()
    this.#network = network
    this.#owner = owner
    this.#other = other
    owner.onDeath(() => this.#die())
  }

  send(text: string): void {
    if (!this.#isOpen || !this.#owner.alive) return
    const { type = '' } = JSON.parse(text) as { type?: string }
    this.#network.carry(this.#owner.name, this.#other.name, type, () => this.peer?.receive(text))
  }

  receive(text: string): void {
    if (this.#isOpen && this.#owner.alive) this.emit('message', Buffer.from(text), false)
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#owner.clock.after(1, () => this.emit('close'))
    this.#network.carry(this.#owner.name, this.#other.name, 'end of connection', () => this.peer?.hangUp())
  }

  terminate(): void {
    this.close()
  }

  hangUp(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    if (this.#owner.alive) this.emit('close')
  }

  /** The process is gone: its machine may be there to say so, or not. */
  #die(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#network.carry(this.#owner.name, this.#other.name, 'reset', () => this.peer?.hangUp())
  }
}
