import { type ConfinedJob, ConfinedWorker, type WorkerOptions } from './worker.ts'

/** A few confined processes, which take jobs as they come: first come, first served. */
export class ConfinedWorkers {
  readonly #all: ConfinedWorker[]
  /** The one that was used last comes first, so that no more of them run than are needed. */
  readonly #idle: ConfinedWorker[]
  readonly #waiting: ((worker: ConfinedWorker) => void)[] = []

  constructor(count: number, options: WorkerOptions) {
    this.#all = Array.from({ length: count }, () => new ConfinedWorker(options))
    this.#idle = [...this.#all]
  }

  /** Of the processes that run now. */
  get pids(): number[] {
    return this.#all.flatMap(({ pid }) => pid ?? [])
  }

  /** As `ConfinedWorker.run`. */
  async run(job: ConfinedJob): Promise<unknown> {
    const worker = this.#idle.pop() ?? (await new Promise<ConfinedWorker>((resolve) => this.#waiting.push(resolve)))
    try {
      return await worker.run(job)
    } finally {
      const next = this.#waiting.shift()
      if (next) next(worker)
      else this.#idle.push(worker)
    }
  }

  /** Ends the processes; what runs or waits fails. */
  close(): void {
    for (const worker of this.#all) worker.close()
  }
}
