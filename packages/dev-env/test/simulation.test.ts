import type { ClusterStatus } from '@atrium/api/kinds/cluster.ts'
import type { Plants } from '@atrium/dev-env/simulation/bugs.ts'
import { explain } from '@atrium/dev-env/simulation/explain.ts'
import { simulate } from '@atrium/dev-env/simulation/simulation.ts'
import type { Claim, Store, Tx } from '@atrium/runtime/store/store.ts'
import { describe, expect, it } from 'vitest'

describe('a run', { timeout: 300_000 }, () => {
  it('is the same each time for one seed, and another one for another seed', async () => {
    const [once, again, other] = [await simulate(2), await simulate(2), await simulate(5)]
    expect(once.events).toBeGreaterThan(100)
    expect({ digest: again.digest, trace: again.trace }).toEqual({ digest: once.digest, trace: once.trace })
    expect(other.digest).not.toBe(once.digest)
  })
})

describe('the checkers name', { timeout: 300_000 }, () => {
  /** The first problem that a planted bug causes in some seeds. */
  const found = async (plants: Partial<Plants>) => {
    for (let seed = 1; seed <= 25; seed += 1) {
      const outcome = await simulate(seed, plants)
      if (outcome.problem) return { ...outcome.problem, seed, text: explain(outcome) }
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

  it('a database that does not heed fences', async () => {
    // Leases that run out within a run: a second worker begins before the first one ends.
    const short = (store: Store): Store => {
      const claim: Store['queue']['claim'] = (options) => store.queue.claim({ ...options, leaseMs: 20 })
      return { ...wrap(store), queue: { ...wrapQueue(store), claim } }
    }
    const unfenced = (store: Store): Store => ({
      ...short(store),
      transaction: (tenant, actor, work) => store.transaction(tenant, actor, work),
    })
    const problem = await found({ store: unfenced })
    expect(problem).toMatchObject({ checker: 'writers', message: expect.stringContaining('was written under fence') })
    // Where they are heeded, nobody writes too late.
    expect((await simulate(problem?.seed ?? 0, { store: short })).problem?.checker).not.toBe('writers')
  })

  it('a plane that lowers a desired state', async () => {
    const lowers = (store: Store): Store =>
      withStatus(store, ({ desired, ...status }) => ({
        ...status,
        ...(desired && { desired: desired.generation > 1 ? { ...desired, generation: 1 } : desired }),
      }))
    expect(await found({ store: lowers, restMs: 1_000 })).toMatchObject({ checker: 'order' })
  })

  it('a provider that leaves machines behind and no longer shows them', async () => {
    const leaves: Plants['cloud'] = ({ fake }) => {
      const left = new Set<string>()
      fake.deleteMachine = (uid, name) => void left.add(`${uid}/${name}`)
      const observe = fake.observe.bind(fake)
      fake.observe = (uid) => {
        const seen = observe(uid)
        return { ...seen, machines: seen.machines.filter(({ name }) => !left.has(`${uid}/${name}`)) }
      }
    }
    expect(await found({ cloud: leaves, restMs: 1_000 })).toMatchObject({ checker: 'ledger' })
  })

  it('a plane that never says that it has seen a change', async () => {
    const silent = (store: Store): Store => withStatus(store, ({ observedGeneration: _unsaid, ...status }) => status)
    expect(await found({ store: silent })).toMatchObject({ checker: 'convergence' })
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

/** The database, with statuses of clusters written as `change` makes them. */
const withStatus = (store: Store, change: (status: Partial<ClusterStatus>) => Partial<ClusterStatus>): Store => {
  const changed = (tx: Tx): Tx =>
    replaced(tx, 'updateStatus', (kind: 'Cluster', uid: string, patch: Parameters<Tx['updateStatus']>[2]) =>
      tx.updateStatus(kind, uid, patch.status ? { ...patch, status: change(patch.status as ClusterStatus) } : patch),
    )
  return {
    ...wrap(store),
    transaction: (tenant, actor, work, fence) => store.transaction(tenant, actor, (tx) => work(changed(tx)), fence),
  }
}

const replaced = (tx: Tx, method: keyof Tx, by: unknown): Tx =>
  new Proxy(tx, {
    get: (target, name) => {
      if (name === method) return by
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })

const withoutUpdates = (tx: Tx): Tx => replaced(tx, 'update', (kind: 'Cluster', uid: string) => tx.get(kind, uid))

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
