import { NO_PLANTS, type Plants } from './bugs.ts'
import { unsettled } from './expectations.ts'
import type { Problem } from './problems.ts'
import { DAY_MS, SLOW_LOOK_MS, World } from './world.ts'

/** All is well within this time after the last fault. */
export const CONVERGENCE_MS = 15 * 60_000
/** Stays well for this long. */
const CALM_MS = 60_000
const LOOK_MS = 2_000

export interface Outcome {
  seed: number
  problem: Problem | null
  /** Of every event: two runs of one seed have the same. */
  digest: string
  events: number
  /** The last ones, oldest first. */
  trace: string[]
  /** Virtual time that passed. */
  simulatedMs: number
}

/** One world from one seed: servers, database, agents, clouds and users, first under faults, then left alone. */
export const simulate = (seed: number, plants: Partial<Plants> = {}): Promise<Outcome> =>
  new Run(seed, { ...NO_PLANTS, ...plants }).run()

/** The course of one run. */
class Run {
  readonly #seed: number
  readonly #world: World
  #problem: Problem | null = null

  constructor(seed: number, plants: Plants) {
    this.#seed = seed
    this.#world = new World(seed, plants, (checker, message) => this.#found({ checker, message }))
  }

  async run(): Promise<Outcome> {
    const { clock, trace } = this.#world
    const startMs = clock.now()
    try {
      this.#world.start()
      await this.#underFaults()
      this.#world.heal()
      await this.#settle()
    } catch (error) {
      this.#found({
        checker: 'crash',
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      })
    }
    this.#world.end()
    return {
      ...{ seed: this.#seed, problem: this.#problem, digest: trace.digest(), events: trace.events },
      ...{ trace: trace.last(), simulatedMs: clock.now() - startMs },
    }
  }

  async #underFaults(): Promise<void> {
    await this.#advance(120_000 + this.#world.random.fraction() * 180_000)
    if (!this.#world.isLong) return
    this.#world.disturbances.stop()
    this.#world.network.mendAll()
    const cut = this.#world.livingAgents().map(({ process }) => process.name)
    for (const name of cut) this.#world.network.cut(name)
    await this.#advance((1 + this.#world.random.fraction()) * DAY_MS, SLOW_LOOK_MS)
    for (const name of cut) this.#world.network.mend(name)
  }

  /** In steps, so that a problem ends the run soon. */
  async #advance(ms: number, stepMs = LOOK_MS): Promise<void> {
    const endMs = this.#world.clock.now() + ms
    while (!this.#problem && this.#world.clock.now() < endMs)
      await this.#world.clock.advance(Math.min(stepMs, endMs - this.#world.clock.now()))
  }

  async #settle(): Promise<void> {
    const endMs = this.#world.clock.now() + CONVERGENCE_MS
    let left = await unsettled(this.#world)
    while (!this.#problem && left.length > 0 && this.#world.clock.now() < endMs) {
      await this.#advance(LOOK_MS)
      left = await unsettled(this.#world)
    }
    if (left.length === 0) {
      await this.#advance(CALM_MS)
      left = await unsettled(this.#world)
    }
    if (left.length > 0)
      this.#found({
        checker: left[0]?.checker ?? 'convergence',
        message: left.map(({ message }) => message).join('; '),
      })
  }

  #found(problem: Problem): void {
    if (this.#problem) return
    this.#problem = problem
    this.#world.trace.add('CHECKER', `${problem.checker}: ${problem.message}`)
  }
}
