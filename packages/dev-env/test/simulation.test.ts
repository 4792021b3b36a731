import type { Plants } from '@atrium/dev-env/simulation/bugs.ts'
import { explain } from '@atrium/dev-env/simulation/explain.ts'
import { simulate } from '@atrium/dev-env/simulation/simulation.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { Claim, Store, Tx } from '@atrium/runtime/store/store.ts'
import { describe, expect, it } from 'vitest'

const DEFAULT_SECONDS = 60
const ALL_SEEDS = 2_000

const numberIn = (name: string): number | null => (process.env[name] ? Number(process.env[name]) : null)
const only = numberIn('ATRIUM_SIM_SEED')
const first = only ?? numberIn('ATRIUM_SIM_FROM') ?? 1
const isWhole = process.env.ATRIUM_TEST_ALL === '1'
const seconds = numberIn('ATRIUM_SIM_SECONDS') ?? (isWhole ? Number.POSITIVE_INFINITY : DEFAULT_SECONDS)
const lastSeed = only ?? (isWhole ? first + ALL_SEEDS - 1 : Number.POSITIVE_INFINITY)

describe('whatever is lost, doubled, late, cut off, set wrong or killed', { timeout: 4 * 3_600_000 }, () => {
  it('nothing acknowledged is lost, nothing is doubled or left over, and everything comes right', async () => {
    const startMs = systemClock.elapsed()
    const elapsedMs = (): number => systemClock.elapsed() - startMs
    let seed = first
    let simulatedMs = 0
    for (; seed <= lastSeed && (seed === first || elapsedMs() < seconds * 1000); seed += 1) {
      const outcome = await simulate(seed)
      if (outcome.problem) expect.fail(explain(outcome))
      simulatedMs += outcome.simulatedMs
    }
    const hours = (simulatedMs / 3_600_000).toFixed(1)
    process.stdout.write(
      `simulation: ${seed - first} seeds passed from ${first} on, ${hours} hours of their own time\n`,
    )
  })
})

describe.skipIf(only !== null)('a run', { timeout: 300_000 }, () => {
  it('is the same each time for one seed, and another one for another seed', async () => {
    const [once, again, other] = [await simulate(2), await simulate(2), await simulate(5)]
    expect(once.events).toBeGreaterThan(100)
    expect({ digest: again.digest, trace: again.trace }).toEqual({ digest: once.digest, trace: once.trace })
    expect(other.digest).not.toBe(once.digest)
  })
})

describe.skipIf(only !== null)('the checkers name', { timeout: 300_000 }, () => {
  /** The first problem that a planted bug causes in some seeds. */
  const found = async (plants: Partial<Plants>) => {
    for (let seed = 1; seed <= 25; seed += 1) {
      const outcome = await simulate(seed, plants)
      if (outcome.problem) return { ...outcome.problem, text: explain(outcome) }
    }
    return null
  }

  it('an agent that takes an older desired state', async () => {
    const takes: Plants['supersedes'] = (next, kept) => next.generation !== kept?.generation
    expect(await found({ supersedes: takes, restMs: 1_000 })).toMatchObject({
      checker: 'order',
      message: expect.stringMatching(/the agent took 1\.\d+ of \w+ after 1\.\d+/),
      text: expect.stringMatching(/again: ATRIUM_SIM_SEED=\d+ \.\/atrium test /),
    })
  })

  it('a queue that hands out a key twice', async () => {
    const twice = (store: Store): Store => {
      let former: { owner: string; claims: Claim[] } = { owner: '', claims: [] }
      const claim: Store['queue']['claim'] = async (options) => {
        const fresh = await store.queue.claim(options)
        const stolen = former.owner === options.owner ? [] : former.claims.splice(0)
        if (fresh.length > 0) former = { owner: options.owner, claims: [...fresh] }
        return [...fresh, ...stolen]
      }
      return { ...wrap(store), queue: { ...wrapQueue(store), claim } }
    }
    expect(await found({ store: twice })).toMatchObject({ checker: 'writers' })
  })

  it('a provider that makes another machine with each try', async () => {
    const doubles: Plants['cloud'] = ({ fake }) => {
      const put = fake.putMachine.bind(fake)
      let tries = 1_000
      fake.putMachine = (uid, name, shape) => {
        put(uid, name, shape)
        tries += 1
        put(uid, `${name}-${tries}`, { ...shape, ordinal: tries })
      }
    }
    expect(await found({ cloud: doubles })).toMatchObject({ checker: 'ledger' })
  })

  it('a plane that forgets what a user was told ok', async () => {
    const forgets = (store: Store): Store => ({
      ...wrap(store),
      transaction: (tenant, actor, work, fence) =>
        store.transaction(tenant, actor, (tx) => work(actor.type === 'user' ? withoutUpdates(tx) : tx), fence),
    })
    expect(await found({ store: forgets })).toMatchObject({ checker: 'intents' })
  })
})

const withoutUpdates = (tx: Tx): Tx =>
  new Proxy(tx, {
    get: (target, name) => {
      if (name === 'update') return (kind: 'Cluster', uid: string) => target.get(kind, uid)
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })

const wrapQueue = ({ queue }: Store): Store['queue'] => ({
  claim: (options) => queue.claim(options),
  renew: (claim, leaseMs) => queue.renew(claim, leaseMs),
  finish: (claim, result) => queue.finish(claim, result),
  onWork: (listener) => queue.onWork(listener),
  depth: () => queue.depth(),
})

const wrap = (store: Store): Store => ({
  transaction: (tenant, actor, work, fence) => store.transaction(tenant, actor, work, fence),
  watch: (options) => store.watch(options),
  position: () => store.position(),
  changedSince: (tenant, kind, since) => store.changedSince(tenant, kind, since),
  lease: (name, owner, leaseMs) => store.lease(name, owner, leaseMs),
  release: (name, owner) => store.release(name, owner),
  close: () => store.close(),
  queue: wrapQueue(store),
})
