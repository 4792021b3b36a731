/**
 * A living fleet for demonstrations and work on the console: `main.ts --clusters N --home DIR [--port N]`. Server,
 * database and world are below `DIR/simulated-fleet` and end with it; what failed leaves its log there.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { removePostgres, startPostgres } from '@atrium/standalone/postgres/postgres.ts'
import { tryLock } from '@atrium/toolchain/lock.ts'
import { freePort } from '../free-port.ts'
import { countClusters } from './count.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { live } from './life.ts'
import { type FleetCluster, populate } from './populate.ts'

const PROGRESS_MS = 2_000
const HAPPENINGS_A_MINUTE = 20
const isTerminal = process.stderr.isTTY

const say = (line: string): void => void process.stdout.write(`${line}\n`)
/** One line that is written over, where there is a terminal. */
const progress = (line: string): void =>
  void process.stderr.write(isTerminal ? `\r\x1b[K${line.slice(0, (process.stderr.columns || 80) - 1)}` : `${line}\n`)

const { values } = parseArgs({
  options: { clusters: { type: 'string' }, home: { type: 'string' }, port: { type: 'string' } },
})
const count = Number(values.clusters)
const ending = new AbortController()
process.on('SIGINT', () => ending.abort())
process.on('SIGTERM', () => ending.abort())

const run = async (folder: string): Promise<void> => {
  mkdirSync(folder, { mode: 0o700 })
  const postgres = {
    folder: join(folder, 'postgres'),
    logFile: join(folder, 'postgres.log'),
    recordFile: join(folder, 'postgres.json'),
  }
  // A fleet in memory does not survive a power cut either.
  const database = await startPostgres({ ...postgres, durable: false })
  try {
    const url = database.url('atrium')
    const fleet = await startFleet({
      folder,
      database: {
        url,
        appUrl: database.url('atrium', 'atrium_app'),
        systemUrl: database.url('atrium', 'atrium_system'),
      },
      port: values.port === undefined ? await freePort() : Number(values.port),
      cloud: { provisionMs: 5_000, deleteMs: 3_000 },
      behaviour: { installMs: 1_000, repairMs: 2_000 },
    })
    try {
      await keep(fleet, url)
    } finally {
      await fleet.stop()
    }
  } finally {
    await removePostgres({ folder: postgres.folder })
  }
}

const keep = async (fleet: Fleet, databaseUrl: string): Promise<void> => {
  const { server, credentials, clock, client } = fleet
  say(`Server: ${server.url} (CA ${server.caFile})`)
  say(`Administrator: ${credentials.adminEmail}, password ${credentials.adminPassword}, API key ${credentials.apiKey}`)
  const made: FleetCluster[] = []
  const lines = { latest: '' }
  const plan = { clusters: count, workers: workersOf, projects: Math.min(8, Math.ceil(count / 20)), atOnce: 8 }
  const life = live(fleet, made, {
    perMinute: HAPPENINGS_A_MINUTE,
    random: systemRandom,
    signal: ending.signal,
    onHappened: (what) => void (lines.latest = what),
  })
  const populated = populate(client, plan, clock, (cluster) => made.push(cluster), ending.signal)
  // Whatever ends it ends the program; until it is awaited below nobody else would hear of it.
  populated.catch(() => ending.abort())
  while (!ending.signal.aborted) {
    progress(await progressLine(fleet, databaseUrl, made.length, lines.latest))
    await clock.sleep(PROGRESS_MS, ending.signal)
  }
  progress('ending…\n')
  await Promise.all([life, populated])
}

const progressLine = async (fleet: Fleet, databaseUrl: string, made: number, latest: string): Promise<string> => {
  const counted = await countClusters(databaseUrl)
  const healthy = counted.get('Running-Healthy') ?? 0
  const connected = fleet.agents.all().filter((agent) => agent.connected).length
  const machines = fleet.cloud.ledger.standing().length
  const facts = `${made}/${count} clusters, ${healthy} healthy, ${connected} agents, ${machines} things in the cloud`
  return latest === '' ? facts : `${facts}; last: ${latest}`
}

/** Most are small, some are large. */
const workersOf = (index: number): number => (index % 10 === 0 ? 12 : 1 + (index % 4))

try {
  const { home } = values
  if (home === undefined || !Number.isInteger(count) || count < 1)
    throw new Error('usage: main.ts --clusters N --home DIR [--port N]')
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const folder = join(resolve(home), 'simulated-fleet')
  const lock = tryLock(`${folder}.lock`)
  if (lock === null) throw new Error(`Another simulated fleet runs in ${folder}. End it, or choose another --home.`)
  // What a killed one left: its world died with it.
  await removePostgres({ folder: join(folder, 'postgres') })
  rmSync(folder, { recursive: true, force: true })
  await run(folder)
  rmSync(folder, { recursive: true, force: true })
  lock.release()
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exitCode = 1
}
