import { expect, it } from 'vitest'
import { ManualClock } from '../base/manual-clock.ts'
import { seededRandom } from '../base/seeded-random.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import type { Claim } from '../store/store.ts'
import { newCluster, user } from '../store/suite/harness.ts'
import { ensureFinalizer } from './finalizer.ts'

const claimOf = async (store: MemoryStore): Promise<Claim> => {
  const [claim] = await store.queue.claim({ owner: 'test', kinds: ['Cluster'], limit: 1, leaseMs: 60_000 })
  if (!claim) throw new Error('nothing was claimed')
  return claim
}

it('puts the finalizer on a living object, and refuses one that was deleted since it was read', async () => {
  const store = new MemoryStore({ clock: new ManualClock(), random: seededRandom(1) })
  const add = (name: string, finalizers: string[] = []) =>
    store.transaction('t', user, (tx) => tx.create(newCluster(name, { finalizers })))
  const living = await add('living')
  const claim = await claimOf(store)
  expect(await ensureFinalizer(store, living, 'mine', claim)).toBe(true)
  const stored = await store.transaction('t', user, (tx) => tx.get('Cluster', living.meta.uid))
  expect(stored?.meta.finalizers).toEqual(['mine'])

  const gone = await add('gone')
  const marked = await add('marked', ['other'])
  for (const { meta } of [gone, marked]) await store.transaction('t', user, (tx) => tx.delete('Cluster', meta.uid))
  expect(await ensureFinalizer(store, gone, 'mine', claim)).toBe(false)
  expect(await ensureFinalizer(store, marked, 'mine', claim)).toBe(false)
})
