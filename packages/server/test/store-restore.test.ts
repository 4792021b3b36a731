import { systemClock } from '@atrium/runtime/base/clock.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import type { Actor, ChangeEvent } from '@atrium/runtime/store/store.ts'
import { newCluster } from '@atrium/runtime/store/suite/harness.ts'
import { envToConfig } from '@atrium/server/config/config.ts'
import { declareRestored } from '@atrium/server/restored.ts'
import type { PostgresStore } from '@atrium/server/store/postgres-store.ts'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copyDatabase } from './support/copy-database.ts'
import { openTestStore, type TestStore } from './support/store.ts'
import { readEvents } from './support/watching.ts'

const actor: Actor = { type: 'system', uid: 'test', name: 'test' }
const expired = expect.objectContaining({ code: 'ResourceExpired' })

let test: TestStore
let tenant: string
beforeAll(async () => {
  test = await openTestStore()
  tenant = await test.newTenant()
})
afterAll(() => test.close())

const add = async (store: PostgresStore, name: string): Promise<{ uid: string; resourceVersion: number }> =>
  (await store.transaction(tenant, actor, (tx) => tx.create(newCluster(name)))).meta

/** Reads until the watch ends by itself. */
const watchOn = (store: PostgresStore, since: number): Promise<ChangeEvent[]> =>
  readEvents(store, { tenant, since }, () => false)

/** Writes an object and waits until its change has a position. */
const written = async (store: PostgresStore, name: string): Promise<number> => {
  const since = await store.position()
  const { uid } = await add(store, name)
  const events = await readEvents(store, { tenant, since }, (all) => all.some((event) => event.uid === uid))
  return events.at(-1)?.position ?? 0
}

describe('a database restored from a copy', () => {
  it('ends live watches when it goes back beneath them, though nothing new happens, and is in a new epoch', async () => {
    const { store } = test
    const early = await written(store, 'in the copy')
    const late = await written(store, 'after the copy')
    const epoch = store.epoch
    const watching = watchOn(store, late)
    const owner = new pg.Client({ connectionString: test.database.url })
    await owner.connect()
    // What a disk put back leaves: the same database, as it was.
    await owner.query('set session_replication_role = replica')
    await owner.query(`update change_head set position = ${early}`)
    await owner.query(`delete from changes where position > ${early}`)
    await owner.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'atrium_changes'`,
    )
    await owner.end()
    await expect(watching).rejects.toEqual(expired)
    expect(store.epoch).toBeGreaterThan(epoch)
    await expect(watchOn(store, early)).rejects.toEqual(expired)
    expect(await written(store, 'after the restore')).toBeGreaterThan(late)
  })

  it('is noticed by the next server that opens a restored dump: no former position is taken for one of its own', async () => {
    const { store, database } = test
    const before = await written(store, 'dumped')
    await copyDatabase(database, async (copy) => {
      const { resourceVersion: lost } = await add(store, 'never dumped')
      const restored = await test.openAnother(copy.storeOptions)
      const again = await test.openAnother(copy.storeOptions)
      expect(restored.epoch).toBeGreaterThan(store.epoch)
      expect(again.epoch, 'only the first one begins a history').toBe(restored.epoch)
      const next = await written(restored, 'in the new history')
      for (const since of [0, before, before + 1]) await expect(watchOn(restored, since)).rejects.toEqual(expired)
      expect(next).toBeGreaterThan(before)
      const { resourceVersion } = await add(restored, 'as well')
      expect(resourceVersion, 'versions handed out after the dump are never given again').toBeGreaterThan(lost)
      await Promise.all([restored.close(), again.close()])
    })
  })

  it('gives each restore of one copy numbers of its own', async () => {
    const positions: number[] = []
    for (let round = 0; round < 2; round++)
      await copyDatabase(test.database, async (copy) => {
        const restored = await test.openAnother(copy.storeOptions)
        positions.push(await restored.position())
        await restored.close()
      })
    expect(positions[1]).toBeGreaterThan(positions[0] ?? 0)
  })

  it('can be told so by its operator: watches end, and every server takes up the new epoch', async () => {
    const { store } = test
    const since = await store.position()
    const watching = watchOn(store, since)
    const epoch = store.epoch
    const { name, storeOptions } = test.database
    const config = envToConfig({
      ...{ pkiDir: name, rootKeyFile: name },
      ...storeOptions,
      databaseUrl: test.database.url,
    })
    await declareRestored(config, { clock: systemClock, random: systemRandom, logger: silentLogger })
    await expect(watching).rejects.toEqual(expired)
    expect(store.epoch).toBeGreaterThan(epoch)
  })

  it('keeps its history when servers merely start again', async () => {
    const { store } = test
    const since = await store.position()
    const later = await test.openAnother()
    expect(later.epoch).toBe(store.epoch)
    const { uid } = await add(later, 'still the same')
    const events = await readEvents(store, { tenant, since }, (all) => all.length === 1)
    expect(events[0]).toMatchObject({ uid, position: since + 1 })
  })
})
