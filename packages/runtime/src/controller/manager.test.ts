import type { ClusterStatus } from '@atrium/api/kinds/cluster.ts'
import { describe, expect, it } from 'vitest'
import { silentLogger } from '../base/logger.ts'
import { ManualClock } from '../base/manual-clock.ts'
import { seededRandom } from '../base/seeded-random.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import type { Store } from '../store/store.ts'
import { newCluster, user } from '../store/suite/harness.ts'
import { Doom, doomedStore } from '../testing/doom.ts'
import { createManager } from './manager.ts'
import { type ReconcileRequest, type ReconcileResult, type Reconciler, TerminalError } from './reconciler.ts'

const tenant = 't'
const leaseMs = 15_000

class World {
  readonly clock = new ManualClock()
  readonly random = seededRandom(7)
  readonly store = new MemoryStore({ clock: this.clock, random: this.random })

  manager(owner: string, reconcile: Reconciler['reconcile'], store: Store = this.store, workers = 4) {
    const reconciler: Reconciler = { name: owner, kind: 'Cluster', ownsConditions: [], reads: [], owns: [], reconcile }
    const { clock, random } = this
    const manager = createManager({
      store,
      clock,
      random,
      logger: silentLogger,
      owner,
      reconcilers: [reconciler],
      timing: { workers, leaseMs },
    })
    manager.start()
    return manager
  }
  async add(name: string): Promise<string> {
    return (await this.store.transaction(tenant, user, (tx) => tx.create(newCluster(name)))).meta.uid
  }
  touch(uid: string, value: string) {
    return this.store.transaction(tenant, user, (tx) => tx.update('Cluster', uid, { labels: { value } }))
  }
  get(uid: string) {
    return this.store.transaction(tenant, user, (tx) => tx.get('Cluster', uid))
  }
  write(request: ReconcileRequest, status: Partial<ClusterStatus>, store: Store = this.store) {
    return store.transaction(tenant, user, (tx) => tx.updateStatus('Cluster', request.uid, { status }), request.claim)
  }
  async stalled(uid: string) {
    return (await this.get(uid))?.conditions.find((condition) => condition.type === 'Stalled')
  }
}

const done: ReconcileResult = { outcome: 'done' }

describe('manager', () => {
  it('reconciles what is created or changed, and again while it asks for it', async () => {
    const world = new World()
    const seen: number[] = []
    const manager = world.manager('m', async () => {
      seen.push(world.clock.now())
      return seen.length === 2 ? { outcome: 'again', afterMs: 3000 } : done
    })
    const uid = await world.add('a')
    await world.clock.advanceUntil(() => seen.length === 1, 1000)
    await world.touch(uid, 'x')
    await world.clock.advanceUntil(() => seen.length === 2, 1000)
    await world.clock.advance(2900)
    expect(seen).toHaveLength(2)
    await world.clock.advanceUntil(() => seen.length === 3, 1000)
    await manager.stop(0)
  })

  it('looks at an object at rest from time to time, and at one that is gone no more', async () => {
    const world = new World()
    let runs = 0
    const manager = world.manager('m', async () => (++runs === 3 ? { outcome: 'gone' } : done))
    await world.add('a')
    await world.clock.advanceUntil(() => runs === 3, 3_600_000)
    await world.clock.advance(7_200_000)
    expect(runs).toBe(3)
    await manager.stop(0)
  })

  it('runs many keys side by side, at most as many as it has workers, and one key never twice', async () => {
    const world = new World()
    let most = 0
    const active = new Set<string>()
    const finished: string[] = []
    const manager = world.manager(
      'm',
      async ({ uid }) => {
        expect(active.has(uid)).toBe(false)
        active.add(uid)
        most = Math.max(most, active.size)
        await world.clock.sleep(100)
        active.delete(uid)
        finished.push(uid)
        return done
      },
      world.store,
      3,
    )
    const uids = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => world.add(name)))
    await world.clock.advance(150)
    await Promise.all(uids.map((uid) => world.touch(uid, 'again')))
    await world.clock.advanceUntil(() => finished.length >= 14 || active.size === 0, 10_000)
    expect(new Set(finished)).toEqual(new Set(uids))
    expect(most).toBe(3)
    await manager.stop(0)
  })

  it('backs off exponentially, and forgets the failures after a success', async () => {
    const world = new World()
    const at: number[] = []
    const manager = world.manager('m', async () => {
      at.push(world.clock.now())
      if (at.length <= 5 || at.length === 7) throw new Error('not yet')
      return done
    })
    const uid = await world.add('a')
    await world.clock.advanceUntil(() => at.length === 6, 60_000)
    const delays = at.slice(1).map((moment, index) => moment - (at[index] ?? 0))
    for (const [index, delay] of delays.entries()) expect(delay).toBeGreaterThanOrEqual(500 * 2 ** index * 0.8)
    await world.touch(uid, 'x')
    await world.clock.advanceUntil(() => at.length === 8, 5_000)
    expect((at[7] ?? 0) - (at[6] ?? 0)).toBeLessThan(1500)
    await manager.stop(0)
  })

  it('stops at a terminal error, says so in Stalled, and goes on after a change', async () => {
    const world = new World()
    let runs = 0
    const manager = world.manager('m', async () => {
      runs += 1
      if (runs === 1) throw new TerminalError('WrongCredentials', 'the account is refused: correct it')
      return done
    })
    const uid = await world.add('a')
    await world.clock.advance(300_000)
    expect(runs).toBe(1)
    expect(await world.stalled(uid)).toMatchObject({ status: 'True', reason: 'WrongCredentials' })
    await world.touch(uid, 'corrected')
    await world.clock.advance(1000)
    expect(runs).toBe(2)
    expect(await world.stalled(uid)).toMatchObject({ status: 'False' })
    await manager.stop(0)
  })

  it('aborts a run that takes too long, and tries again', async () => {
    const world = new World()
    const reasons: unknown[] = []
    const manager = world.manager('m', async ({ signal }) => {
      if (reasons.length > 0) return done
      await world.clock.sleep(10_000_000, signal)
      reasons.push(String(signal.reason))
      throw new Error('aborted')
    })
    await world.add('a')
    await world.clock.advanceUntil(() => reasons.length === 1 && manager.running === 0, 400_000)
    expect(reasons).toEqual(['RunAborted: too-long'])
    await manager.stop(0)
  })

  it('keeps the lease of a long run, so that nobody else takes the key', async () => {
    const world = new World()
    const owners: string[] = []
    const reconcile = (owner: string) => async () => {
      owners.push(owner)
      await world.clock.sleep(leaseMs * 5)
      return done
    }
    const managers = [world.manager('one', reconcile('one')), world.manager('two', reconcile('two'))]
    await world.add('a')
    await world.clock.advance(leaseMs * 4)
    expect(owners).toHaveLength(1)
    await world.clock.advance(leaseMs * 2)
    await Promise.all(managers.map((manager) => manager.stop(0)))
  })

  it('gives the key of a killed process to another one, once its lease is over', async () => {
    const world = new World()
    const doom = new Doom()
    let started = 0
    world.manager(
      'dying',
      async () => {
        started += 1
        doom.kill()
        await doom.step()
        return done
      },
      doomedStore(world.store, doom),
    )
    const uid = await world.add('a')
    await world.clock.advanceUntil(() => started === 1, 1000)
    const heir = world.manager('heir', async (request) => {
      await world.write(request, { state: 'Running' })
      return done
    })
    await world.clock.advance(leaseMs / 2)
    expect((await world.get(uid))?.status.state).toBeUndefined()
    await world.clock.advance(leaseMs)
    expect((await world.get(uid))?.status.state).toBe('Running')
    await heir.stop(0)
  })

  it('aborts the run of a process that lost its lease, and its late writes are refused', async () => {
    const world = new World()
    let partitioned = true
    const cutOff: Store = {
      ...doomedStore(world.store, new Doom()),
      queue: {
        ...doomedStore(world.store, new Doom()).queue,
        renew: (claim, ms) =>
          partitioned ? Promise.reject(new Error('no route')) : world.store.queue.renew(claim, ms),
      },
    }
    const outcome: string[] = []
    const slow = world.manager(
      'slow',
      async (request) => {
        await world.clock.sleep(10_000_000, request.signal)
        await world.clock.sleep(leaseMs)
        await world.write(request, { state: 'Failed' }).catch((error: { code: string }) => outcome.push(error.code))
        outcome.push(String(request.signal.reason))
        return done
      },
      cutOff,
    )
    const uid = await world.add('a')
    await world.clock.advanceUntil(() => slow.running === 1, 1000)
    const stopped = slow.stop(1_000_000)
    const other = world.manager('other', async (request) => {
      await world.write(request, { state: 'Running' })
      return done
    })
    await world.clock.advance(leaseMs * 2)
    partitioned = false
    await stopped
    expect(outcome).toEqual(['LeaseLost', 'RunAborted: lease-lost'])
    expect((await world.get(uid))?.status.state).toBe('Running')
    await other.stop(0)
  })

  it('waits for running work when it stops, then aborts it and hands the key on at once', async () => {
    const world = new World()
    const reasons: string[] = []
    const hanging = world.manager('hanging', async ({ signal }) => {
      await world.clock.sleep(10_000_000, signal)
      reasons.push(String(signal.reason))
      throw new Error('interrupted')
    })
    await world.add('a')
    await world.clock.advanceUntil(() => hanging.running === 1, 1000)
    const stopped = hanging.stop(5000)
    await world.clock.advance(4000)
    expect(reasons).toEqual([])
    await world.clock.advance(1000)
    await stopped
    expect(reasons).toEqual(['RunAborted: stopping'])
    const [claim] = await world.store.queue.claim({ owner: 'x', kinds: ['Cluster'], limit: 1, leaseMs })
    expect(claim?.attempts).toBe(0)
  })

  it('brings every object to its newest generation, whatever fails or dies on the way', async () => {
    for (let seed = 1; seed <= 40; seed += 1) await chaos(seed)
  })
})

/** Managers are killed at random steps while objects change; a last one must find everything that is owed. */
async function chaos(seed: number): Promise<void> {
  const world = new World()
  const random = seededRandom(seed)
  const active = new Map<string, Doom>()
  const start = (name: string, doom: Doom, flaky: boolean) => {
    const store = doomedStore(world.store, doom)
    return world.manager(
      name,
      async (request) => {
        const rival = active.get(request.uid)
        if (rival && !rival.dead) throw new Error(`two live workers hold ${request.uid}`)
        active.set(request.uid, doom)
        const object = await store.transaction(tenant, user, (tx) => tx.get('Cluster', request.uid))
        await world.clock.sleep(random.fraction() * 200)
        if (!doom.dead) active.delete(request.uid)
        if (flaky && random.fraction() < 0.3) throw new Error('flaky')
        await world.write(request, { observedGeneration: object?.meta.generation ?? 0 }, store)
        return done
      },
      store,
    )
  }
  const uids = await Promise.all(['a', 'b', 'c', 'd'].map((name) => world.add(name)))
  for (let round = 0; round < 6; round += 1) {
    const doom = new Doom(Math.floor(random.fraction() * 40))
    start(`m${round}`, doom, true)
    for (const uid of uids) {
      await world.clock.advance(random.fraction() * 300)
      await world.store.transaction(tenant, user, async (tx) => {
        const object = await tx.get('Cluster', uid)
        if (object) await tx.update('Cluster', uid, { spec: { ...object.spec, cloudConfig: { round } } })
      })
    }
    doom.kill()
  }
  const last = start('last', new Doom(), false)
  await world.clock.advance(leaseMs * 3)
  for (const uid of uids) {
    const object = await world.get(uid)
    expect([seed, object?.status.observedGeneration]).toEqual([seed, object?.meta.generation])
  }
  await last.stop(0)
}
