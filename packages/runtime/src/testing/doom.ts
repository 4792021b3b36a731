import type { Store } from '../store/store.ts'

/** Stands for `kill -9`: once dead, nothing that awaits a step ever goes on. */
export class Doom {
  #left: number
  /** Steps taken so far, to learn how many there are. */
  steps = 0

  /** Dies at the step after `stepsLeft` more ones; never when Infinity. */
  constructor(stepsLeft = Number.POSITIVE_INFINITY) {
    this.#left = stepsLeft
  }

  get dead(): boolean {
    return this.#left < 0
  }

  kill(): void {
    this.#left = -1
  }

  async step(): Promise<void> {
    this.steps += 1
    this.#left -= 1
    if (this.dead) await new Promise<never>(() => undefined)
  }

  /** Takes a step before and one after the call: a crash may come before its effect, or after it and before the answer. */
  async around<T>(call: () => Promise<T>): Promise<T> {
    await this.step()
    const result = await call()
    await this.step()
    return result
  }
}

/** The store as one doomed process sees it. */
export function doomedStore(store: Store, doom: Doom): Store {
  return {
    transaction: (tenant, actor, work, fence) => doom.around(() => store.transaction(tenant, actor, work, fence)),
    watch: (options) => store.watch(options),
    position: () => doom.around(() => store.position()),
    changedSince: (tenant, kind, since) => doom.around(() => store.changedSince(tenant, kind, since)),
    lease: (name, owner, leaseMs) => doom.around(() => store.lease(name, owner, leaseMs)),
    release: (name, owner) => doom.around(() => store.release(name, owner)),
    close: () => store.close(),
    queue: {
      claim: (options) => doom.around(() => store.queue.claim(options)),
      renew: (claim, leaseMs) => doom.around(() => store.queue.renew(claim, leaseMs)),
      finish: (claim, result) => doom.around(() => store.queue.finish(claim, result)),
      onWork: (listener) => store.queue.onWork(() => !doom.dead && listener()),
      depth: () => store.queue.depth(),
    },
  }
}
