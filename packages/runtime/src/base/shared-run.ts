/**
 * Work whose outcome many may share. Each caller gets that of a run which began after it asked, so it sees all that was there
 * before; those who ask while one runs share the next.
 */
export class SharedRun<T> {
  readonly #work: () => Promise<T>
  #running: Promise<unknown> = Promise.resolve()
  #waiting: Promise<T> | null = null
  #asking = 0

  constructor(work: () => Promise<T>) {
    this.#work = work
  }

  /** Nobody waits for an outcome. */
  get isIdle(): boolean {
    return this.#asking === 0
  }

  async run(): Promise<T> {
    this.#asking += 1
    try {
      return await this.#next()
    } finally {
      this.#asking -= 1
    }
  }

  #next(): Promise<T> {
    // Those who wait for the running one are told how it ends.
    this.#waiting ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#waiting = null
        const run = this.#work()
        this.#running = run
        return run
      })
    return this.#waiting
  }
}
