import { expect, it } from 'vitest'
import { ManualClock } from '../base/manual-clock.ts'
import { seededRandom } from '../base/seeded-random.ts'
import { MemoryStore } from '../store/memory/memory-store.ts'
import { newCluster, user } from '../store/suite/harness.ts'
import { ensureFinalizer } from './finalizer.ts'

it('puts the finalizer on a living object, and refuses one that was deleted since it was read', async () => {
  const store = new MemoryStore({ clock: new ManualClock(), random: seededRandom(1) })
  const add = (name: string, finalizers: string[] = []) =>
    store.transaction('t', user, (tx) => tx.create(newCluster(name, { finalizers })))
  const living = await add('living')
  expect(await ensureFinalizer(store, living, 'mine')).toBe(true)
  const stored = await store.transaction('t', user, (tx) => tx.get('Cluster', living.meta.uid))
  expect(stored?.meta.finalizers).toEqual(['mine'])

  const gone = await add('gone')
  const marked = await add('marked', ['other'])
  for (const { meta } of [gone, marked]) await store.transaction('t', user, (tx) => tx.delete('Cluster', meta.uid))
  expect(await ensureFinalizer(store, gone, 'mine')).toBe(false)
  expect(await ensureFinalizer(store, marked, 'mine')).toBe(false)
})
