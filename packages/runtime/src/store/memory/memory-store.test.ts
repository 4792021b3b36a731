import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../base/manual-clock.ts'
import { seededRandom } from '../../base/seeded-random.ts'
import { controller, newCluster } from '../suite/harness.ts'
import { storeSuite } from '../suite.ts'
import { MemoryStore } from './memory-store.ts'

storeSuite({
  name: 'memory',
  propertyRuns: 200,
  async open() {
    const clock = new ManualClock()
    const store = new MemoryStore({ clock, random: seededRandom(1), keepChanges: 1_000_000 })
    let tenants = 0
    return {
      store,
      advance: (ms) => clock.advance(ms),
      newTenant: async () => `t${++tenants}`,
      audit: async (tenant) =>
        store.auditEntries(tenant).map(({ action, actor, object }) => ({
          action,
          actor: { type: actor.type, uid: actor.uid },
          uid: object.uid,
        })),
      close: () => store.close(),
    }
  },
})

describe('memory store', () => {
  const open = (keepChanges?: number): MemoryStore =>
    new MemoryStore({ clock: new ManualClock(), random: seededRandom(1), ...(keepChanges ? { keepChanges } : {}) })

  it('says so when a watcher is too far behind', async () => {
    const store = open(2)
    for (const name of ['a', 'b', 'c']) await store.transaction('t', controller, (tx) => tx.create(newCluster(name)))
    const watch = store.watch({ tenant: 't', since: 0, signal: new AbortController().signal })
    await expect(watch[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'ResourceExpired' })
  })

  it('ends watches when it closes', async () => {
    const store = open()
    const next = store.watch({ tenant: 't', signal: new AbortController().signal })[Symbol.asyncIterator]().next()
    await store.close()
    expect((await next).done).toBe(true)
  })
})
