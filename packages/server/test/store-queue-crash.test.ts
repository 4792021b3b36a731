import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { Actor } from '@atrium/runtime/store/store.ts'
import { clusterSpec, newCluster } from '@atrium/runtime/store/suite/harness.ts'
import pg from 'pg'
import { expect, it } from 'vitest'
import { openTestStore, type TestStore } from './support/store.ts'

const actor: Actor = { type: 'system', uid: 'test', name: 'test' }
const KEYS = 30
const KILLS = 6

interface Run {
  uid: string
  fence: number
  what: 'start' | 'end'
  lease_until: Date
  at: Date
}

it('never overlaps and never forgets a reconcile across three processes that are killed', async () => {
  const test = await openTestStore()
  const owner = new pg.Client({ connectionString: test.database.url })
  await owner.connect()
  await owner.query(`
    create table test_runs (id bigint generated always as identity, uid text, fence bigint, what text,
      lease_until timestamptz, at timestamptz default clock_timestamp());
    grant insert on test_runs to atrium_app`)
  let workers = [1, 2, 3].map(() => startWorker(test))
  try {
    const tenant = await test.newTenant()
    const uids = await Promise.all(Array.from({ length: KEYS }, (_, index) => create(test, tenant, index)))
    for (let kill = 0; kill < KILLS; kill++) {
      for (let change = 0; change < KEYS; change++) await edit(test, tenant, uids[(change * 7 + kill) % KEYS] ?? '')
      const [victim, ...rest] = workers
      await kill9(victim)
      workers = [...rest, startWorker(test)]
    }
    // Edits that meet running reconciles, and nothing after them that would hide a forgotten one.
    for (let round = 0; round < 8; round++) await Promise.all(uids.map((uid) => edit(test, tenant, uid)))
    // Forgotten would be an object whose newest spec nobody has looked at.
    await expect.poll(() => stale(test, tenant), { interval: 100 }).toEqual([])
    const { rows } = await owner.query<Run>('select uid, fence::int, what, lease_until, at from test_runs order by id')
    expect(overlaps(rows)).toEqual([])
    expect(rows.filter(({ what }) => what === 'end').length).toBeGreaterThanOrEqual(KEYS)
  } finally {
    await Promise.all(workers.map(kill9))
    await owner.end()
    await test.close()
  }
}, 60_000)

const startWorker = (on: TestStore): ChildProcess =>
  fork(join(import.meta.dirname, 'support/queue-worker.ts'), [JSON.stringify(on.database.storeOptions), on.keyFile])

const kill9 = async (worker: ChildProcess | undefined): Promise<void> => {
  if (worker === undefined || worker.exitCode !== null || worker.signalCode !== null) return
  const exit = once(worker, 'exit')
  // In the middle of its work: let it take keys first.
  await systemClock.sleep(50)
  worker.kill('SIGKILL')
  await exit
}

const create = async ({ store }: TestStore, tenant: string, index: number): Promise<string> =>
  (await store.transaction(tenant, actor, (tx) => tx.create(newCluster(`c${index}`)))).meta.uid

const edit = ({ store }: TestStore, tenant: string, uid: string): Promise<unknown> =>
  store.transaction(tenant, actor, (tx) => tx.update('Cluster', uid, { spec: clusterSpec() }))

const stale = async ({ store }: TestStore, tenant: string): Promise<string[]> => {
  const { items } = await store.transaction(tenant, actor, (tx) => tx.list('Cluster'))
  return items.filter(({ meta, status }) => status.observedGeneration !== meta.generation).map(({ meta }) => meta.name)
}

/** A run that began while another of the same object had neither ended nor outlived its lease, or went on after that. */
const overlaps = (runs: Run[]): string[] => {
  const running = new Map<string, Run>()
  return runs.flatMap((run) => {
    const former = running.get(run.uid)
    if (run.what === 'start') running.set(run.uid, run)
    else if (former?.fence === run.fence) running.delete(run.uid)
    if (former === undefined || former.fence === run.fence) return []
    const taken = run.what === 'start' && run.fence > former.fence && run.at >= former.lease_until
    return taken ? [] : [`${run.uid}: ${run.what} of ${run.fence} during ${former.fence}`]
  })
}
