/**
 * Keeps drift repair out of a layer while it is being installed: a repair would put back what the installation has
 * just changed. Repairs share a layer; an installation has it alone and waits until running repairs have ended.
 */
export class LayerGate {
  /** Installations that run or wait, by layer. */
  readonly #closed = new Map<string, number>()
  readonly #shared = new Map<string, Set<Promise<unknown>>>()
  readonly #last = new Map<string, Promise<unknown>>()

  /** Runs `work` unless the layer is being installed; then answers null at once. */
  async shared<T>(layerId: string, work: () => Promise<T>): Promise<T | null> {
    if (this.#closed.has(layerId)) return null
    const running = this.#shared.get(layerId) ?? new Set()
    this.#shared.set(layerId, running)
    const promise = work()
    running.add(promise)
    try {
      return await promise
    } finally {
      running.delete(promise)
    }
  }

  /** Runs `work` with the layer alone, one after another. */
  async exclusive<T>(layerId: string, work: () => Promise<T>): Promise<T> {
    this.#closed.set(layerId, (this.#closed.get(layerId) ?? 0) + 1)
    const before = Promise.allSettled([this.#last.get(layerId), ...(this.#shared.get(layerId) ?? [])])
    const running = before.then(work)
    this.#last.set(layerId, running)
    try {
      return await running
    } finally {
      const left = (this.#closed.get(layerId) ?? 1) - 1
      if (left > 0) this.#closed.set(layerId, left)
      else {
        this.#closed.delete(layerId)
        this.#last.delete(layerId)
      }
    }
  }
}
