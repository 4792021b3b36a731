import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { SimCloud } from './cloud.ts'
import { CLOUD } from './cloud.ts'
import type { Faults } from './faults.ts'
import type { SimNetwork } from './network.ts'
import type { SimProcess } from './process.ts'

const HOUR_MS = 3_600_000

/** Who may be disturbed, by the names the network knows. */
export interface Victims {
  servers: () => SimProcess[]
  agents: () => { process: SimProcess; uid: string }[]
  cloud: SimCloud
}

/** Lets things happen to the world now and then: cut ways, wrong clocks, dead processes and machines. */
export class Disturbances {
  readonly #random: Random
  readonly #clock: Clock
  readonly #network: SimNetwork
  readonly #victims: Victims
  readonly #faults: Faults
  #isOver = false

  constructor(deps: { random: Random; clock: Clock; network: SimNetwork; victims: Victims; faults: Faults }) {
    this.#random = deps.random
    this.#clock = deps.clock
    this.#network = deps.network
    this.#victims = deps.victims
    this.#faults = deps.faults
    if (Number.isFinite(deps.faults.disturbEveryMs)) void this.#disturb()
  }

  stop(): void {
    this.#isOver = true
  }

  async #disturb(): Promise<void> {
    while (!this.#isOver) {
      await this.#clock.sleep(2 * this.#faults.disturbEveryMs * this.#random.fraction())
      if (!this.#isOver) this.#happen()
    }
  }

  #happen(): void {
    const kinds = [
      () => this.#cut(),
      () => this.#cut(),
      () => this.#setClock(),
      () => this.#kill(),
      () => this.#breakMachine(),
    ]
    kinds[Math.floor(this.#random.fraction() * kinds.length)]?.()
  }

  #cut(): void {
    const servers = this.#victims.servers().map(({ name }) => name)
    const agents = this.#victims.agents().map(({ process }) => process.name)
    const ends = [...servers, ...agents, CLOUD, 'database', 'clusters']
    const a = this.#pick(ends)
    const b = this.#random.fraction() < 0.3 ? '*' : this.#pick(servers)
    if (a === undefined || b === undefined || a === b) return
    this.#network.cut(a, b)
    this.#clock.after(1_000 + this.#random.fraction() ** 2 * 90_000, () => {
      if (!this.#isOver) this.#network.mend(a, b)
    })
  }

  /** Somebody, or a time server, sets a clock forth or back. */
  #setClock(): void {
    const process = this.#pick(this.#processes())
    if (!process) return
    const hours = this.#random.fraction() < 0.5 ? 2 * HOUR_MS : 0
    process.clock.offsetMs = Math.round((this.#random.fraction() * 2 - 1) * (this.#faults.skewMs + hours))
    this.#network.deps.trace.add(process.name, `clock set to ${process.clock.offsetMs} ms`)
  }

  #kill(): void {
    const process = this.#pick([...this.#processes(), this.#victims.cloud.api])
    if (!process) return
    this.#network.deps.trace.add(process.name, 'killed')
    process.kill()
  }

  #breakMachine(): void {
    const { cloud } = this.#victims
    const uid = this.#pick(this.#victims.agents())?.uid
    // A broken control plane is left to people.
    const workers = uid === undefined ? [] : cloud.machinesOf(uid).machines.filter((one) => !one.isControlPlane)
    const machine = this.#pick(workers)
    if (uid === undefined || !machine) return
    const life = this.#random.fraction() < 0.5 ? 'stopped' : 'terminated'
    this.#network.deps.trace.add(CLOUD, `${machine.name} ${life}`)
    cloud.power(uid, machine.name, life)
  }

  #processes(): SimProcess[] {
    return [...this.#victims.servers(), ...this.#victims.agents().map(({ process }) => process)]
  }

  #pick<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.#random.fraction() * list.length)]
  }
}
