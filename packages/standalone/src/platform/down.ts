import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { endClusters } from '@atrium/provider-local/end-clusters.ts'
import { cloudClientOf, ensureCloud } from '@atrium/provider-local/ensure-cloud.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { platformTools } from '@atrium/toolchain/catalogue.ts'
import { isPlatformHome, type PlatformHome, platformHome, readJsonFile } from '@atrium/toolchain/platform.ts'
import { adoptProcess, type ProcessRecord, stopProcess, waitForExit } from '@atrium/toolchain/process.ts'
import { findTools } from '@atrium/toolchain/tools.ts'
import { removePostgres, stopPostgres } from '../postgres/postgres.ts'
import { stopRegistry } from '../registry/registry.ts'
import { cloudOptions, type PlatformTools } from './parts.ts'

export interface DownOptions {
  home: string
  /** Remove everything the platform made below the home too: database, clusters, credentials. */
  purge: boolean
  clock: Clock
  say: (line: string) => void
}

const SERVER_GRACE_MS = 30_000
const CLOUD_LIMIT_MS = 60_000

/**
 * Ends everything of this home in order: server, clusters, registry, database. Data stays unless `purge`. A part that
 * cannot be ended does not keep the others running; it is named in the error at the end, and nothing is purged then.
 */
export const stopPlatform = async ({ home: folder, purge, clock, say }: DownOptions): Promise<void> => {
  const home = platformHome(folder)
  if (!existsSync(home.folder)) return say(`Nothing there: ${home.folder}`)
  if (!isPlatformHome(home))
    throw new Error(`${home.folder} is no home of Atrium: no platform was ever started there. Nothing was touched.`)
  const failures: string[] = []
  for (const step of steps(home, clock)) {
    if (!step.there()) continue
    try {
      if (await step.stop()) say(step.done)
    } catch (error) {
      failures.push(messageOf(error))
    }
  }
  if (failures.length > 0) throw new Error(`Not everything ended: ${failures.join('; ')}`)
  if (!purge) return
  // Its socket, and in some places its data, lie outside the home.
  await removePostgres({ folder: home.postgresFolder, clock })
  removeHome(home, say)
}

/** What somebody else put there stays, and so does the folder then. */
const removeHome = ({ folder, entries }: PlatformHome, say: DownOptions['say']): void => {
  for (const path of entries) rmSync(path, { recursive: true, force: true })
  const left = readdirSync(folder)
  if (left.length > 0)
    return say(`Removed everything of Atrium in ${folder}. Not of Atrium, and still there: ${left.join(', ')}`)
  rmdirSync(folder)
  say(`Removed ${folder}`)
}

interface DownStep {
  there(): boolean
  /** True when there was something to end. */
  stop(): Promise<boolean>
  done: string
}

const steps = (home: PlatformHome, clock: Clock): DownStep[] => [
  {
    there: () => true,
    async stop() {
      const server = await adoptProcess(home.recordFile('server'), clock)
      if (server) await stopProcess(server, { graceMs: SERVER_GRACE_MS }, clock)
      rmSync(home.readyFile, { force: true })
      return server !== null
    },
    done: 'Server stopped',
  },
  { there: () => existsSync(home.cloudFolder), stop: () => stopCloud(home, clock), done: 'Clusters rest' },
  {
    there: () => existsSync(home.registryFolder),
    stop: () => stopRegistry({ recordFile: home.recordFile('registry'), clock }),
    done: 'Registry stopped',
  },
  {
    there: () => existsSync(home.postgresFolder),
    stop: () => stopPostgres({ folder: home.postgresFolder, clock }),
    done: 'Database stopped',
  },
]

/** The daemon ends its clusters in order: one that was killed is started again for that, where its tools still are. */
const stopCloud = async (home: PlatformHome, clock: Clock): Promise<boolean> => {
  const recordFile = home.recordFile('cloud')
  if ((await adoptProcess(recordFile, clock)) === null) {
    const tools = await findTools(platformTools)
    const missing = platformTools.filter((name) => tools[name] === null)
    if (missing.length > 0) return (await endClusters(home.folder, clock)) > 0
    await ensureCloud({ ...cloudOptions(home, tools as PlatformTools), clock })
  }
  await cloudClientOf(home.folder).shutdown({ processes: true })
  const record = readJsonFile<ProcessRecord>(recordFile)
  if (record && !(await waitForExit(record, CLOUD_LIMIT_MS, clock)))
    throw new Error(`the cloud of this machine (pid ${record.pid}) did not end; see ${home.logFile('cloud')}`)
  return true
}
