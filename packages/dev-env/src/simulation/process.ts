import { type Clock, sleepBy } from '@atrium/runtime/base/clock.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { Doom } from '@atrium/runtime/testing/doom.ts'

/** One process' view of time: a clock of its own that may be set wrong, and timers that end with the process. */
class ProcessClock implements Clock {
  readonly #world: Clock
  readonly #timers = new Set<() => void>()
  #stopped = false
  offsetMs: number

  constructor(world: Clock, offsetMs: number) {
    this.#world = world
    this.offsetMs = offsetMs
  }

  now(): number {
    return this.#world.now() + this.offsetMs
  }

  elapsed(): number {
    return this.#world.elapsed()
  }

  after(delayMs: number, task: () => void): () => void {
    if (this.#stopped) return () => undefined
    const cancel = this.#world.after(delayMs, () => {
      this.#timers.delete(cancel)
      task()
    })
    this.#timers.add(cancel)
    return () => {
      this.#timers.delete(cancel)
      cancel()
    }
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepBy(this, delayMs, signal)
  }

  stop(): void {
    this.#stopped = true
    for (const cancel of this.#timers) cancel()
    this.#timers.clear()
  }
}

/** Dies at a step, and tells who has to know. */
class ProcessDoom extends Doom {
  readonly #died: () => void
  isSpared = false

  constructor(stepsLeft: number, died: () => void) {
    super(stepsLeft)
    this.#died = died
  }

  override async step(): Promise<void> {
    if (this.isSpared && !this.dead) return
    const lived = !this.dead
    const waiting = super.step()
    if (lived && this.dead) this.#died()
    await waiting
  }
}

/** A process of the simulation: it may die at any of its steps, and then nothing of it goes on. */
export class SimProcess {
  readonly name: string
  readonly clock: ProcessClock
  readonly random: Random
  readonly doom: ProcessDoom
  readonly #onDeath: (() => void)[] = []

  constructor(name: string, world: Clock, random: Random, options: { stepsLeft: number; offsetMs: number }) {
    this.name = name
    this.random = random
    this.clock = new ProcessClock(world, options.offsetMs)
    this.doom = new ProcessDoom(options.stepsLeft, () => this.#end())
  }

  get alive(): boolean {
    return !this.doom.dead
  }

  onDeath(task: () => void): void {
    this.#onDeath.push(task)
  }

  kill(): void {
    if (!this.alive) return
    this.doom.kill()
    this.#end()
  }

  /** From now on it dies only by `kill`. */
  spare(): void {
    this.doom.isSpared = true
  }

  #end(): void {
    this.clock.stop()
    for (const task of this.#onDeath) task()
  }
}
