import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import type { Actor, ChangeEvent } from '@atrium/runtime/store/store.ts'
import { newCluster } from '@atrium/runtime/store/suite/harness.ts'
import { FileKeyProvider } from '@atrium/server/store/keys/file-key-provider.ts'
import { openStore, type PostgresStore } from '@atrium/server/store/postgres-store.ts'
import { startPostgres, stopPostgres } from '@atrium/standalone/postgres/postgres.ts'
import { afterEach, beforeEach, expect, it } from 'vitest'

const actor: Actor = { type: 'system', uid: 'test', name: 'test' }

let home: string
let store: PostgresStore
const start = () =>
  startPostgres({
    folder: join(home, 'postgres'),
    logFile: join(home, 'postgres.log'),
    recordFile: join(home, 'postgres.json'),
    durable: false,
  })

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'atrium-home-'))
  const server = await start()
  // From nothing: makes the database, the roles and the schema.
  store = await openStore({
    databaseUrl: server.url('atrium'),
    appUrl: server.url('atrium', 'atrium_app'),
    systemUrl: server.url('atrium', 'atrium_system'),
    keyProvider: new FileKeyProvider(join(home, 'root.key'), systemRandom),
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
  })
})
afterEach(async () => {
  await store.close()
  await stopPostgres({ folder: join(home, 'postgres') })
  rmSync(home, { recursive: true })
})

it('outlives a killed PostgreSQL: a clear error meanwhile, then writes, watches and positions go on', async () => {
  const { uid: tenant } = await store.system.createTenant({ name: 'acme' })
  const add = async (name: string): Promise<string> =>
    (await store.transaction(tenant, actor, (tx) => tx.create(newCluster(name)))).meta.uid
  const stop = new AbortController()
  const events: ChangeEvent[] = []
  const watching = (async () => {
    for await (const event of store.watch({ tenant, since: 0, signal: stop.signal })) events.push(event)
  })()
  const made = [await add('before')]

  const { record } = await start()
  const broken = store.transaction(tenant, actor, async (tx) => {
    await tx.create(newCluster('never'))
    process.kill(record.pid, 'SIGKILL')
    await systemClock.sleep(50)
    await tx.create(newCluster('never-either'))
  })
  await expect(broken).rejects.toMatchObject({ code: 'InternalError', message: /not reachable/ })

  // Asked while PostgreSQL is away: it waits for the restart instead of failing.
  const waiting = add('meanwhile')
  await start()
  made.push(await waiting, await add('after'))
  await expect.poll(() => events.map(({ uid }) => uid)).toEqual(made)
  expect(events.map(({ position }) => position)).toEqual([1, 2, 3])
  stop.abort()
  await watching
})
