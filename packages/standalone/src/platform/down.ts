import { existsSync, rmSync } from 'node:fs'
import { cloudClientOf, ensureCloud } from '@atrium/provider-local/ensure-cloud.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { platformHome, readJsonFile } from '@atrium/toolchain/platform.ts'
import { adoptProcess, type ProcessRecord, stopProcess, waitForExit } from '@atrium/toolchain/process.ts'
import { findTools } from '@atrium/toolchain/tools.ts'
import { stopPostgres } from '../postgres/postgres.ts'
import { stopRegistry } from '../registry/registry.ts'
import { cloudOptions, type PlatformTools, platformTools } from './parts.ts'

export interface DownOptions {
  home: string
  /** Remove the home folder too: database, clusters, credentials. */
  purge: boolean
  clock: Clock
  say: (line: string) => void
}

const SERVER_GRACE_MS = 30_000
const CLOUD_LIMIT_MS = 60_000

/** Ends everything of this home in order: server, clusters, registry, database. Data stays unless `purge`. */
export const stopPlatform = async ({ home: folder, purge, clock, say }: DownOptions): Promise<void> => {
  const home = platformHome(folder)
  if (!existsSync(home.folder)) return say(`Nothing there: ${home.folder}`)
  const server = await adoptProcess(home.recordFile('server'), clock)
  if (server) {
    await stopProcess(server, { graceMs: SERVER_GRACE_MS }, clock)
    say('Server stopped')
  }
  rmSync(home.readyFile, { force: true })
  if (existsSync(home.cloudFolder)) {
    await stopCloud(home, clock)
    say('Clusters rest')
  }
  if (existsSync(home.registryFolder)) {
    await stopRegistry({ recordFile: home.recordFile('registry'), clock })
    say('Registry stopped')
  }
  if (existsSync(home.postgresFolder)) {
    await stopPostgres({ folder: home.postgresFolder, clock })
    say('Database stopped')
  }
  if (!purge) return
  rmSync(home.folder, { recursive: true, force: true })
  say(`Removed ${home.folder}`)
}

/** Only the daemon knows its clusters' processes: one that was killed is started again to end them. */
const stopCloud = async (home: ReturnType<typeof platformHome>, clock: Clock): Promise<void> => {
  const recordFile = home.recordFile('cloud')
  if ((await adoptProcess(recordFile, clock)) === null) {
    const tools = await findTools(platformTools)
    if (Object.values(tools).includes(null)) return
    await ensureCloud({ ...cloudOptions(home, tools as PlatformTools), clock })
  }
  await cloudClientOf(home.folder).shutdown({ processes: true })
  const record = readJsonFile<ProcessRecord>(recordFile)
  if (record && !(await waitForExit(record, CLOUD_LIMIT_MS, clock)))
    throw new Error(`The cloud of this machine (pid ${record.pid}) did not end; see ${home.logFile('cloud')}.`)
}
