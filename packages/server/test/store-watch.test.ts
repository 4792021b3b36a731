import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createEmptyDatabase } from '@atrium/dev-env/postgres.ts'
import type { Actor, ChangeEvent } from '@atrium/runtime/store/store.ts'
import { clusterSpec, newCluster } from '@atrium/runtime/store/suite/harness.ts'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copyDatabase } from './support/copy-database.ts'
import { openTestStore, type TestStore } from './support/store.ts'
import { orderFaults, readEvents } from './support/watching.ts'

const actor: Actor = { type: 'system', uid: 'test', name: 'test' }

let test: TestStore
beforeAll(async () => {
  test = await openTestStore()
})
afterAll(() => test.close())

const addCluster = async (tenant: string, name: string, store = test.store): Promise<string> =>
  (await store.transaction(tenant, actor, (tx) => tx.create(newCluster(name)))).meta.uid

const seen = (uid: string) => (events: ChangeEvent[]) => events.some((event) => event.uid === uid)

describe('watch on PostgreSQL', () => {
  it('delivers a transaction that began early and committed late', async () => {
    const tenant = await test.newTenant()
    const since = await test.store.position()
    // Another server's: inside a transaction its own store begins no other.
    const other = await test.openAnother({ sequence: false })
    let early = ''
    let late = ''
    await test.store.transaction(tenant, actor, async (tx) => {
      early = (await tx.create(newCluster('early'))).meta.uid
      late = await addCluster(tenant, 'late', other)
      const events = await readEvents(other, { tenant, since }, seen(late))
      expect(events.map(({ uid }) => uid)).toEqual([late])
    })
    const events = await readEvents(test.store, { tenant, since }, seen(early))
    expect(events.map(({ uid }) => uid)).toEqual([late, early])
    expect(orderFaults(events)).toEqual([])
  })

  it('is not held up by a transaction that stays open, here or in another database', async () => {
    const other = await createEmptyDatabase()
    const clients = [other.url, test.database.url].map((url) => new pg.Client({ connectionString: url }))
    try {
      for (const client of clients) {
        await client.connect()
        await client.query('begin; select pg_current_xact_id()')
      }
      const tenant = await test.newTenant()
      const since = await test.store.position()
      const uid = await addCluster(tenant, 'not-held-up')
      expect(await readEvents(test.store, { tenant, since }, seen(uid))).toHaveLength(1)
    } finally {
      for (const client of clients) await client.end()
      await other.drop()
    }
  })

  it('reads what it lags behind with from the database, and goes on live', async () => {
    const tenant = await test.newTenant()
    const since = await test.store.position()
    const first = await addCluster(tenant, 'before')
    await readEvents(test.store, { tenant, since }, seen(first))
    // A store opened later has nothing of the past in memory.
    const later = await test.openAnother({ sequence: false })
    const reading = readEvents(later, { tenant, since }, (events) => events.length === 2)
    const second = await addCluster(tenant, 'after')
    expect((await reading).map(({ uid }) => uid)).toEqual([first, second])
  })

  it('refuses a position that is no longer kept, and one that never was', async () => {
    const short = await openTestStore({ keepChanges: 10 })
    try {
      const tenant = await short.newTenant()
      const [uid = ''] = await makeObjects(short, tenant, 1)
      for (let step = 0; step < 40; step++) await writeStatus(short, tenant, uid, step)
      await expect.poll(() => pruned(short)).toBeGreaterThan(5)
      const later = await short.openAnother({ sequence: false })
      const expired = expect.objectContaining({ code: 'ResourceExpired' })
      await expect(readEvents(later, { tenant, since: 1 }, () => true)).rejects.toEqual(expired)
      await expect(readEvents(later, { tenant, since: 1_000_000 }, () => true)).rejects.toEqual(expired)
      const newest = await readEvents(later, { tenant, since: await pruned(short) }, (events) => events.length === 10)
      expect(orderFaults(newest)).toEqual([])
    } finally {
      await short.close()
    }
  })

  it('loses, repeats and reorders nothing when the sequencing process is killed', async () => {
    const killed = await openTestStore({ sequence: false })
    let leader = startSequencer(killed)
    try {
      const tenant = await killed.newTenant()
      const objects = await makeObjects(killed, tenant, 5)
      const done = new AbortController()
      const writing = Promise.all(objects.map((uid) => keepWriting(killed, tenant, uid, done.signal)))
      const reading = readUntilVersions(killed.store, tenant, writing)
      for (let round = 0; round < 4; round++) leader = await killAndSucceed(killed, leader)
      done.abort()
      const finals = await writing
      // One event more, so that the reader looks once more.
      await killed.store.transaction(tenant, actor, (tx) => tx.create(newCluster('end')))
      const events = await reading
      expect(orderFaults(events)).toEqual([])
      for (const { uid, versions } of finals)
        expect(events.filter((event) => event.uid === uid).map((event) => event.resourceVersion)).toEqual(versions)
    } finally {
      leader.child.kill('SIGKILL')
      await killed.close()
    }
  })

  it('goes on when the sequencing process is stopped but its session stays', async () => {
    const stopped = await openTestStore({ sequence: false })
    const leader = startSequencer(stopped)
    try {
      await leader.leading
      leader.child.kill('SIGSTOP')
      await stopped.openAnother({ sequence: true })
      const tenant = await stopped.newTenant()
      const [uid = ''] = await makeObjects(stopped, tenant, 1)
      expect(await readEvents(stopped.store, { tenant, since: 0 }, seen(uid))).toHaveLength(1)
    } finally {
      leader.child.kill('SIGKILL')
      await stopped.close()
    }
  })

  it('places what a dump had pending after its restore: nothing lost, nothing out of order', async () => {
    const source = await openTestStore({ sequence: false })
    try {
      const tenant = await source.newTenant()
      // Sequenced by a store that closes before the rest is written: the dump has placed and pending changes.
      const sequencing = await source.openAnother({ sequence: true })
      const [uid = ''] = await makeObjects(source, tenant, 1)
      await readEvents(sequencing, { tenant, since: 0 }, seen(uid))
      await sequencing.close()
      for (let step = 1; step <= 3; step++) await writeStatus(source, tenant, uid, step)

      await copyDatabase(source.database, async (copy) => {
        const restored = await source.openAnother({ ...copy.storeOptions, sequence: false })
        const since = await restored.position()
        await source.openAnother({ ...copy.storeOptions, sequence: true })
        await restored.transaction(tenant, actor, (tx) => tx.update('Cluster', uid, { spec: clusterSpec() }))
        const events = await readEvents(restored, { tenant, since }, (all) => all.at(-1)?.type === 'updated')
        expect(events.map(({ type }) => type)).toEqual(['status', 'status', 'status', 'updated'])
        expect(events.map(({ position }) => position)).toEqual([1, 2, 3, 4].map((step) => since + step))
        expect(orderFaults(events)).toEqual([])
        await restored.close()
      })
    } finally {
      await source.close()
    }
  })
})

const pruned = async ({ store }: TestStore): Promise<number> => {
  const rows = await store.database.asSystem((sql) => sql.query<{ pruned: number }>('select pruned from change_head'))
  return rows[0]?.pruned ?? 0
}

const makeObjects = async ({ store }: TestStore, tenant: string, count: number): Promise<string[]> => {
  const uids: string[] = []
  for (let index = 0; index < count; index++)
    uids.push((await store.transaction(tenant, actor, (tx) => tx.create(newCluster(`c${index}`)))).meta.uid)
  return uids
}

const writeStatus = ({ store }: TestStore, tenant: string, uid: string, value: number): Promise<number> =>
  store.transaction(tenant, actor, async (tx) => {
    await tx.updateStatus('Cluster', uid, { status: { openDeviations: value } })
    return (await tx.get('Cluster', uid))?.meta.resourceVersion ?? 0
  })

/** Writes one object again and again; answers every version that was committed, in order. */
const keepWriting = async (
  on: TestStore,
  tenant: string,
  uid: string,
  stop: AbortSignal,
): Promise<{ uid: string; versions: number[] }> => {
  const created = await on.store.transaction(tenant, actor, (tx) => tx.get('Cluster', uid))
  const versions = [created?.meta.resourceVersion ?? 0]
  for (let value = 1; !stop.aborted; value++) versions.push(await writeStatus(on, tenant, uid, value))
  return { uid, versions }
}

const readUntilVersions = (
  store: TestStore['store'],
  tenant: string,
  writing: Promise<{ uid: string; versions: number[] }[]>,
): Promise<ChangeEvent[]> => {
  let last: number[] | null = null
  void writing.then((finals) => {
    last = finals.map(({ versions }) => versions.at(-1) ?? 0)
  })
  const found = new Set<number>()
  return readEvents(store, { tenant, since: 0 }, (events) => {
    found.add(events.at(-1)?.resourceVersion ?? 0)
    return last?.every((version) => found.has(version)) === true
  })
}

interface SequencerProcess {
  child: ChildProcess
  leading: Promise<unknown>
}

const startSequencer = (on: TestStore): SequencerProcess => {
  const script = join(import.meta.dirname, 'support/sequencer-process.ts')
  const child = fork(script, [JSON.stringify(on.database.storeOptions), on.keyFile])
  return { child, leading: once(child, 'message') }
}

/** Lets the leader work, starts its successor, kills the leader and waits for the successor to lead. */
const killAndSucceed = async (on: TestStore, leader: SequencerProcess): Promise<SequencerProcess> => {
  await leader.leading
  const from = await on.store.position()
  await expect.poll(() => on.store.position()).toBeGreaterThan(from)
  const successor = startSequencer(on)
  leader.child.kill('SIGKILL')
  await successor.leading
  return successor
}
