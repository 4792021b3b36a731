import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import type { Actor } from '@atrium/runtime/store/store.ts'
import { newCluster } from '@atrium/runtime/store/suite/harness.ts'
import { FileKeyProvider } from '@atrium/server/store/keys/file-key-provider.ts'
import { openStore, type PostgresStore } from '@atrium/server/store/postgres-store.ts'
import { removePostgres, startPostgres } from '@atrium/standalone/postgres/postgres.ts'
import { percentile } from './support/percentile.ts'
import { report } from './support/report.ts'

/**
 * How long a committed change takes to reach a watcher. Goal: 10,000 events a second through the sequencer, p99 ≤ 50 ms.
 *
 *     node test/bench/watch.ts [--rate 10000] [--seconds 15] [--watchers 50]
 *
 * An embedded PostgreSQL of its own with fsync on. A writer commits change rows as the store does (role atrium_app,
 * row-level security), a hundredth of a second's worth per transaction, because whole object writes at this rate would
 * measure the writer. Time runs from before that transaction begins to the event in the watcher's loop. Two watchers
 * follow the tenant that is written, `--watchers` more another one.
 */
const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '15' },
    watchers: { type: 'string', default: '50' },
  },
})
const [rate, seconds, watchers] = [Number(values.rate), Number(values.seconds), Number(values.watchers)]
const BATCH_MS = 10
/** A hundredth faster than is asked: else the last batch, which is written when its time is over, would miss the rate. */
const paceMs = (1000 / rate) * 0.99
const RUNS = 3
const LIMIT_MS = 50

/** The moment the transaction began is in the uid, so that every watcher can tell the age of every event. */
const WRITE = `
  insert into changes_pending (resource_version, tenant, kind, uid, project, type)
  select nextval('resource_versions'), $1, 'Cluster', $2, null, 'status' from generate_series(1, $3::int)`

const actor: Actor = { type: 'system', uid: 'bench', name: 'bench' }

/** Commits `total` change rows evenly; answers the seconds it took. Each transaction writes one real status as well. */
const writeAll = async (store: PostgresStore, tenant: string, total: number): Promise<number> => {
  const { meta } = await store.transaction(tenant, actor, (tx) => tx.create(newCluster('bench')))
  const started = performance.now()
  for (let written = 0; written < total; ) {
    const due = Math.min(total, Math.floor((performance.now() - started) / paceMs))
    if (due > written) {
      const begun = performance.now()
      await store.transaction(tenant, actor, async (tx, sql) => {
        await sql.query(WRITE, [tenant, String(begun), due - written])
        await tx.updateStatus('Cluster', meta.uid, { status: { openDeviations: due } })
      })
      written = due
    }
    await systemClock.sleep(BATCH_MS)
  }
  return (performance.now() - started) / 1000
}

/** Ages in milliseconds of the events one watcher was given, until it has `total` of them. */
const watchAll = async (store: PostgresStore, tenant: string, total: number): Promise<number[]> => {
  const stop = new AbortController()
  const ages: number[] = []
  for await (const event of store.watch({ tenant, signal: stop.signal })) {
    const begun = Number(event.uid)
    if (!Number.isNaN(begun)) ages.push(performance.now() - begun)
    if (ages.length === total) stop.abort()
  }
  return ages
}

const openBenchStore = async (folder: string): Promise<PostgresStore> => {
  const files = { logFile: join(folder, 'postgres.log'), recordFile: join(folder, 'postgres.json') }
  const server = await startPostgres({ folder: join(folder, 'postgres'), ...files })
  return openStore({
    databaseUrl: server.url('atrium'),
    appUrl: server.url('atrium', 'atrium_app'),
    systemUrl: server.url('atrium', 'atrium_system'),
    keyProvider: new FileKeyProvider(join(folder, 'root.key'), systemRandom),
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
  })
}

/** One measurement with a database of its own. */
const measure = async (): Promise<{ eventsPerSecond: number; p50Ms: number; p99Ms: number }> => {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-bench-'))
  try {
    const store = await openBenchStore(folder)
    const [busy, quiet] = await Promise.all(['busy', 'quiet'].map((name) => store.system.createTenant({ name })))
    const stop = new AbortController()
    for (let index = 0; index < watchers; index++)
      void store
        .watch({ tenant: quiet?.uid ?? '', signal: stop.signal })
        [Symbol.asyncIterator]()
        .next()
    const total = rate * seconds
    const watching = Promise.all([1, 2].map(() => watchAll(store, busy?.uid ?? '', total)))
    const tookSeconds = await writeAll(store, busy?.uid ?? '', total)
    const ages = (await watching).flat()
    stop.abort()
    await store.close()
    return { eventsPerSecond: total / tookSeconds, p50Ms: percentile(ages, 0.5), p99Ms: percentile(ages, 0.99) }
  } finally {
    await removePostgres({ folder: join(folder, 'postgres') })
    rmSync(folder, { recursive: true, force: true })
  }
}

const runs = []
for (let run = 0; run < RUNS; run += 1) runs.push(await measure())
report(`Watch: ${rate} events a second for ${seconds} s, ${watchers} idle watchers`, [
  { name: 'events', runs: runs.map(({ eventsPerSecond }) => eventsPerSecond), unit: '/s', atLeast: rate },
  { name: 'delivered, p50', runs: runs.map(({ p50Ms }) => p50Ms), unit: 'ms' },
  { name: 'delivered, p99', runs: runs.map(({ p99Ms }) => p99Ms), unit: 'ms', atMost: LIMIT_MS },
])
