import type { Clock } from '../base/clock.ts'
import { type ConfinedJob, ConfinedWorker, type WorkerOptions } from './worker.ts'

/** To start a process costs half a second of a processor, most jobs a few milliseconds: what is worth one more has waited longer. */
const PATIENCE_MS = 5_000

/** A few confined processes, which take jobs as they come: first come, first served. One that runs is waited for before another starts. */
export class ConfinedWorkers {
  readonly #all: ConfinedWorker[]
  /** The one that was used last comes last, so that no more of them run than are needed. */
  readonly #idle: ConfinedWorker[]
  readonly #waiting: ((worker: ConfinedWorker) => void)[] = []
  readonly #clock: Clock
  #cancelMore: (() => void) | null = null

  constructor(count: number, options: WorkerOptions) {
    this.#all = Array.from({ length: count }, () => new ConfinedWorker(options))
    this.#idle = [...this.#all]
    this.#clock = options.clock
  }

  /** Of the processes that run now. */
  get pids(): number[] {
    return this.#all.flatMap(({ pid }) => pid ?? [])
  }

  /** As `ConfinedWorker.run`. */
  async run(job: ConfinedJob): Promise<unknown> {
    const worker = await this.#take()
    try {
      return await worker.run(job)
    } finally {
      this.#give(worker)
    }
  }

  /** Ends the processes; what runs or waits fails. */
  close(): void {
    for (const worker of this.#all) worker.close()
  }

  #take(): Promise<ConfinedWorker> {
    const isBusy = this.#idle.length < this.#all.length
    const at = this.#idle.findLastIndex(({ pid }) => pid !== undefined || !isBusy)
    const [worker] = at < 0 ? [] : this.#idle.splice(at, 1)
    if (worker !== undefined) return Promise.resolve(worker)
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      this.#lookForMore()
    })
  }

  #give(worker: ConfinedWorker): void {
    const next = this.#waiting.shift()
    if (next) next(worker)
    else this.#idle.push(worker)
    if (this.#waiting.length > 0) return
    this.#cancelMore?.()
    this.#cancelMore = null
  }

  /** One more process, once somebody has been waiting all the time. */
  #lookForMore(): void {
    this.#cancelMore ??= this.#clock.after(PATIENCE_MS, () => {
      this.#cancelMore = null
      const more = this.#idle.pop()
      if (more === undefined) return
      this.#give(more)
      if (this.#waiting.length > 0) this.#lookForMore()
    })
  }
}
