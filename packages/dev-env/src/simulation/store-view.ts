import type { ChangeEvent, Store, WatchOptions } from '@atrium/runtime/store/store.ts'
import type { SimNetwork } from './network.ts'
import type { SimProcess } from './process.ts'
import type { WriterChecker } from './writers.ts'

const away = (): Error => new Error('the connection to the database is lost')

/** The store with somebody watching who holds and writes what. */
export function checkedStore(store: Store, checker: WriterChecker): Store {
  return {
    transaction: (tenant, actor, work, fence) =>
      store.transaction(
        tenant,
        actor,
        async (tx) => {
          const result = await work(tx)
          if (fence) checker.wrote(fence)
          return result
        },
        fence,
      ),
    watch: (options) => store.watch(options),
    position: () => store.position(),
    changedSince: (tenant, kind, since) => store.changedSince(tenant, kind, since),
    lease: (name, owner, leaseMs) => store.lease(name, owner, leaseMs),
    release: (name, owner) => store.release(name, owner),
    close: () => store.close(),
    queue: {
      async claim(options) {
        const claims = await store.queue.claim(options)
        for (const claim of claims) checker.claimed(claim, options.owner)
        return claims
      },
      async renew(claim, leaseMs) {
        const held = await store.queue.renew(claim, leaseMs)
        if (held) checker.renewed(claim, leaseMs)
        return held
      },
      async finish(claim, result) {
        checker.finished(claim)
        await store.queue.finish(claim, result)
      },
      onWork: (listener) => store.queue.onWork(listener),
      depth: () => store.queue.depth(),
    },
  }
}

/** The store as one process sees it: over a connection that breaks, and only while the process lives. */
export class StoreConnection {
  readonly #process: SimProcess
  readonly #network: SimNetwork

  constructor(process: SimProcess, network: SimNetwork) {
    this.#process = process
    this.#network = network
  }

  /** A step of the process before and one after the call. A failed call may have had its effect. */
  async call<T>(work: () => Promise<T>): Promise<T> {
    const { doom, clock, random, name } = this.#process
    const { storeFails, storeSlow } = this.#network.deps.faults()
    await doom.step()
    if (random.fraction() < storeSlow) await clock.sleep(1 + random.fraction() * 200)
    if (!this.#network.reaches(name, 'database') || random.fraction() < storeFails) throw away()
    const result = await work()
    await doom.step()
    if (random.fraction() < storeFails) throw away()
    return result
  }

  view(store: Store): Store {
    const connection = this
    return {
      transaction: (tenant, actor, work, fence) => this.call(() => store.transaction(tenant, actor, work, fence)),
      watch: (options) => connection.#watch(store, options),
      position: () => this.call(() => store.position()),
      changedSince: (tenant, kind, since) => this.call(() => store.changedSince(tenant, kind, since)),
      lease: (name, owner, leaseMs) => this.call(() => store.lease(name, owner, leaseMs)),
      release: (name, owner) => this.call(() => store.release(name, owner)),
      close: async () => undefined,
      queue: {
        claim: (options) => this.call(() => store.queue.claim(options)),
        renew: (claim, leaseMs) => this.call(() => store.queue.renew(claim, leaseMs)),
        finish: (claim, result) => this.call(() => store.queue.finish(claim, result)),
        onWork: (listener) => this.#listen(store, listener),
        depth: () => store.queue.depth(),
      },
    }
  }

  /** Notifications get lost with the connection; whoever listens polls as well. */
  #listen(store: Store, listener: () => void): () => void {
    const stop = store.queue.onWork(() => {
      const { alive, name, random } = this.#process
      const lost = random.fraction() < this.#network.deps.faults().drop
      if (alive && !lost && this.#network.reaches(name, 'database')) listener()
    })
    this.#process.onDeath(stop)
    return stop
  }

  async *#watch(store: Store, options: WatchOptions): AsyncGenerator<ChangeEvent> {
    const { doom, random, name } = this.#process
    const dead = new AbortController()
    this.#process.onDeath(() => dead.abort())
    for await (const event of store.watch({ ...options, signal: AbortSignal.any([options.signal, dead.signal]) })) {
      await doom.step()
      const breaks = random.fraction() < this.#network.deps.faults().storeFails
      if (breaks || !this.#network.reaches(name, 'database')) throw away()
      yield event
    }
    if (doom.dead) await new Promise<never>(() => undefined)
  }
}
