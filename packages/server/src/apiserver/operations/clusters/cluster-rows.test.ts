import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { seededRandom } from '@atrium/runtime/base/seeded-random.ts'
import { MemoryStore } from '@atrium/runtime/store/memory/memory-store.ts'
import type { Actor } from '@atrium/runtime/store/store.ts'
import { clusterSpec } from '@atrium/runtime/store/suite/harness.ts'
import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { ClusterRows } from './cluster-rows.ts'

const actor: Actor = { type: 'user', uid: 'u', name: 'u' }
const all = { sort: [{ field: 'healthState', order: 'desc' }], key: 'all', passes: () => true } as const
const print = (_schema: string, value: unknown): string => JSON.stringify(value)

let store: MemoryStore
let rows: ClusterRows
beforeEach(() => {
  // A log so short that it forgets what happens between two searches.
  store = new MemoryStore({ clock: new ManualClock(), random: seededRandom(1), keepChanges: 6 })
  rows = new ClusterRows(store, 't', print)
})

const add = (name: string, tenant = 't') =>
  store
    .transaction(tenant, actor, (tx) => tx.create({ kind: 'Cluster', project: null, name, spec: clusterSpec() }))
    .then(({ meta }) => meta.uid)
const remove = (uid: string) => store.transaction('t', actor, (tx) => tx.delete('Cluster', uid))
const setHealth = (uid: string, state: 'Healthy' | 'UnHealthy') =>
  store.transaction('t', actor, (tx) => tx.updateStatus('Cluster', uid, { status: { health: { state, message: '' } } }))

/** Name and health as a search shows them, and as the store has them, in the same order. */
const shown = async (): Promise<string[]> => {
  await rows.refresh()
  return rows.select(all).map(({ name, health }) => `${health} ${name}`)
}
const stored = async (): Promise<string[]> => {
  const { items } = await store.transaction('t', actor, (tx) => tx.list('Cluster'))
  const all = items.map(({ meta, status }) => ({ name: meta.name, health: status.health?.state ?? 'Unknown' }))
  const sorted = all.sort((a, b) => (a.health === b.health ? (a.name < b.name ? -1 : 1) : a.health < b.health ? 1 : -1))
  return sorted.map(({ name, health }) => `${health} ${name}`)
}

test('shows what was committed before it was asked, of its tenant alone', async () => {
  const uid = await add('b')
  await add('foreign', 'other')
  expect(await shown()).toEqual(['Unknown b'])
  await setHealth(uid, 'Healthy')
  await add('a')
  expect(await shown()).toEqual(['Unknown a', 'Healthy b'])
  await remove(uid)
  expect(await shown()).toEqual(['Unknown a'])
})

test('one who comes while others are served sees what was committed before', async () => {
  const early = shown()
  const uid = await add('a')
  const late = shown()
  await setHealth(uid, 'Healthy')
  expect([await early, await late].map((names) => names.length)).toContain(1)
  expect(await late).not.toEqual([])
  expect(await shown()).toEqual(['Healthy a'])
})

test('a store that fails is asked again by the next one', async () => {
  const failing = new ClusterRows({ ...store, position: () => Promise.reject(new Error('away')) } as never, 't', print)
  await expect(failing.refresh()).rejects.toThrow('away')
  await expect(failing.refresh()).rejects.toThrow('away')
})

test('whatever happens between searches, also more than the change log keeps, they show what is stored', async () => {
  const step = fc.record({ what: fc.constantFrom('add', 'remove', 'sick', 'well', 'search'), pick: fc.nat() })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
      const uids = await store.transaction('t', actor, async (tx) =>
        (await tx.list('Cluster')).items.map((c) => c.meta.uid),
      )
      for (const [index, { what, pick }] of steps.entries()) {
        const uid = uids[pick % uids.length]
        if (what === 'search') expect(await shown()).toEqual(await stored())
        else if (what === 'add') uids.push(await add(`c${store.auditEntries('t').length}-${index}`))
        else if (uid === undefined) continue
        else if (what === 'remove') await remove(uids.splice(uids.indexOf(uid), 1)[0] ?? '')
        else await setHealth(uid, what === 'sick' ? 'UnHealthy' : 'Healthy')
      }
      expect(await shown()).toEqual(await stored())
    }),
    { numRuns: 100 },
  )
})
