import {
  type ClusterIdentity,
  type ObservedInfrastructure,
  type Operation,
  type Provider,
  ProviderError,
} from '@atrium/provider-contract/provider.ts'
import { FakeCloud } from '@atrium/provider-inmemory/cloud.ts'
import { createInMemoryProvider } from '@atrium/provider-inmemory/provider.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { Ledger } from './ledger.ts'
import type { SimNetwork } from './network.ts'
import type { SimProcess } from './process.ts'

export const CLOUD = 'cloud'
/** How long after a call its lost twin may still arrive. */
const TWIN_MS = 60_000

export interface SimCloudDeps {
  clock: ManualClock
  random: Random
  network: SimNetwork
  ledger: Ledger
  visibilityDelayMs: number
}

/** The fake cloud of provider `inmemory` behind a network: its API may be away, throttle, lose answers and act twice. */
export class SimCloud {
  readonly fake: FakeCloud
  readonly #deps: SimCloudDeps
  #api: SimProcess

  constructor(deps: SimCloudDeps, api: SimProcess) {
    this.#deps = deps
    this.#api = api
    this.fake = new FakeCloud({ provisionMs: 4000, visibilityDelayMs: deps.visibilityDelayMs }, { clock: deps.clock })
  }

  get api(): SimProcess {
    return this.#api
  }

  /** A new API process; what the cloud holds is what it was. */
  restart(api: SimProcess): void {
    this.#api = api
  }

  /** The provider as `process` runs it. */
  provider(process: SimProcess): Provider {
    const plain = createInMemoryProvider(this.fake)
    const call = <T>(what: string, work: () => Promise<T>): Promise<T> => this.#call(process, what, work)
    return {
      ...plain,
      observe: (identity, account) => call('observe', () => plain.observe(identity, account)),
      kubeconfig: (identity, account) => call('kubeconfig', () => plain.kubeconfig(identity, account)),
      apply: (operation, identity, account, journal) =>
        process.doom.around(async () => {
          const provider = createInMemoryProvider(this.#recorded(operation, identity))
          await this.#travel(process)
          const result = await provider.apply(operation, identity, account, journal)
          if (this.#chance(this.#deps.network.deps.faults().drop)) throw unanswered(operation.key)
          return result
        }),
    }
  }

  /** What runs in the cluster, as its own network sees it: never late, never refused. */
  machinesOf(uid: string): ObservedInfrastructure {
    const { visibilityDelayMs } = this.fake.options
    this.fake.options = { ...this.fake.options, visibilityDelayMs: 0 }
    const seen = this.fake.observe(uid)
    this.fake.options = { ...this.fake.options, visibilityDelayMs }
    return seen
  }

  /** What a person or a broken rack does. */
  power(uid: string, name: string, life: 'stopped' | 'terminated'): void {
    this.fake.powerMachine(uid, name, life)
  }

  async #call<T>(process: SimProcess, what: string, work: () => Promise<T>): Promise<T> {
    return process.doom.around(async () => {
      const answered = this.#deps.network.call(
        process,
        () => this.#api,
        CLOUD,
        what,
        async () => {
          await this.#api.doom.step()
          const result = await work()
          await this.#api.doom.step()
          return result
        },
      )
      return answered.catch((error: unknown) => {
        throw error instanceof ProviderError ? error : new ProviderError('retry', 'Timeout', messageOf(error), 'Wait.')
      })
    })
  }

  /** The way to the cloud for a call whose journal stays with the caller. */
  async #travel(process: SimProcess): Promise<void> {
    const { network, random } = this.#deps
    const { drop, throttle } = network.deps.faults()
    await process.clock.sleep(2 + random.fraction() * 100)
    if (this.#chance(throttle)) throw new ProviderError('retry', 'Throttled', 'too many requests', 'Wait.')
    if (!this.#api.alive || !network.reaches(process.name, CLOUD) || this.#chance(drop))
      throw unanswered('the operation')
  }

  /** The cloud, with what `operation` changes in it written down, and now and then done once more later. */
  #recorded(operation: Operation, { uid }: ClusterIdentity): FakeCloud {
    const { fake } = this
    const cause = `${operation.key} of ${uid}`
    return new Proxy(fake, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name, target)
        if (typeof method !== 'function') return method
        const act = (args: unknown[]): unknown => this.#watched(cause, () => Reflect.apply(method, target, args))
        return (...args: unknown[]) => {
          const result = act(args)
          const { duplicate } = this.#deps.network.deps.faults()
          if (this.#chance(duplicate / 2)) this.#later(`${String(name)} again`, () => act(args))
          return result
        }
      },
    })
  }

  #later(what: string, act: () => void): void {
    const { clock, random, network } = this.#deps
    clock.after(random.fraction() * TWIN_MS, () => {
      network.deps.trace.add(CLOUD, what)
      try {
        act()
      } catch (error) {
        // Nobody waits for the answer to a call that arrived twice.
        network.deps.trace.add(CLOUD, `refused: ${messageOf(error)}`)
      }
    })
  }

  #watched<T>(cause: string, act: () => T): T {
    const { ledger, clock, network } = this.#deps
    const before = new Set(this.fake.inventory())
    try {
      return act()
    } finally {
      const after = new Set(this.fake.inventory())
      const write = (change: 'created' | 'removed', thing: string): void => {
        network.deps.trace.add(CLOUD, `${thing} ${change} by ${cause}`)
        ledger.write({ atMs: clock.now(), change, thing, cause })
      }
      for (const thing of after) if (!before.has(thing)) write('created', thing)
      for (const thing of before) if (!after.has(thing)) write('removed', thing)
    }
  }

  #chance(share: number): boolean {
    return this.#deps.random.fraction() < share
  }
}

const unanswered = (what: string): ProviderError =>
  new ProviderError('retry', 'Timeout', `the cloud did not answer: ${what}`, 'It is tried again.')
