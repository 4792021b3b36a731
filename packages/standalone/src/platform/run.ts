import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createLocalProvider } from '@atrium/provider-local/provider/provider.ts'
import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { writeFileAtomically } from '@atrium/runtime/base/files.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { envToConfig, type ServerConfig } from '@atrium/server/config/config.ts'
import { readEnv, type ServerEnv } from '@atrium/server/config/env.ts'
import { createContext, type Installation } from '@atrium/server/context.ts'
import { createLogger } from '@atrium/server/logger.ts'
import { startServer } from '@atrium/server/server.ts'
import { platformTools } from '@atrium/toolchain/catalogue.ts'
import { tryLock } from '@atrium/toolchain/lock.ts'
import { keepLogs } from '@atrium/toolchain/log-file.ts'
import { type PlatformHome, type PlatformRecord, platformHome, readJsonFile } from '@atrium/toolchain/platform.ts'
import { adoptProcess, type ProcessRecord } from '@atrium/toolchain/process.ts'
import { readProcess } from '@atrium/toolchain/process-table.ts'
import { formatStep, type OnProgress, throttled } from '@atrium/toolchain/progress.ts'
import { ensureTools } from '@atrium/toolchain/tools.ts'
import type { EmbeddedPostgres } from '../postgres/postgres.ts'
import { ensureFirstOperator } from './first-operator.ts'
import { ensureFirstTenant } from './first-tenant.ts'
import { keepParts } from './keeper.ts'
import { publishShippedPacks } from './packs.ts'
import { type PartDeps, startCloud, startDatabase, startPackRegistry } from './parts.ts'
import { choosePorts } from './ports.ts'
import { openProgress, type Progress } from './progress.ts'
import { ensureSecrets } from './secrets.ts'

export interface RunOptions {
  home: string
  port?: number
  env: NodeJS.ProcessEnv
  clock: Clock
  random: Random
}

export interface RunningPlatform {
  record: PlatformRecord
  /** Ends the server in order. Database, registry and clusters go on. */
  stop(): Promise<void>
}

const LOOPBACK = ['127.0.0.0/8', '::1/128']

/** Starts everything below `home` that does not run yet, and the server in this process. Throws when another server has the home. */
export const runPlatform = async (options: RunOptions): Promise<RunningPlatform> => {
  mkdirSync(options.home, { recursive: true, mode: 0o700 })
  const home = platformHome(options.home)
  const lock = tryLock(home.lockFile)
  if (lock === null) throw inUse(home)
  const progress = openProgress(home.progressFile, options.clock)
  try {
    rmSync(home.readyFile, { force: true })
    writeOwnRecord(home, options.clock)
    const platform = await start(home, options, progress)
    return {
      record: platform.record,
      async stop() {
        rmSync(home.readyFile, { force: true })
        await platform.stop()
        lock.release()
      },
    }
  } catch (error) {
    progress.tell('failed', messageOf(error))
    lock.release()
    throw error
  }
}

const start = async (home: PlatformHome, options: RunOptions, progress: Progress): Promise<RunningPlatform> => {
  const { clock, random } = options
  const env = readEnv(options.env)
  const logger = createLogger('info')
  const deps: PartDeps = { home, clock, random, logger }
  // First: a port that is taken shall not be told after minutes of downloads.
  const registryRuns = (await adoptProcess(home.recordFile('registry'), clock)) !== null
  const ports = await choosePorts({
    home,
    registryRuns,
    ...(options.port === undefined ? {} : { serverPort: options.port }),
  })
  progress.tell('tools', 'Looking for the programs that clusters are made of')
  // The database needs none of the tools: it starts meanwhile.
  const [database, tools] = await Promise.all([
    env.databaseUrl === undefined ? startDatabase(deps) : null,
    ensureTools(platformTools, { clock, env: options.env, onProgress: throttled(tellTools(progress), clock) }),
  ])
  progress.tell('database', database?.part.adopted === false ? 'Database started' : 'Database found running')
  const { registryTokenKey } = await ensureSecrets(home, random)
  const [registry, cloud] = await Promise.all([
    startPackRegistry(deps, {
      port: ports.registry,
      serverUrl: env.publicUrl ?? `https://localhost:${ports.server}`,
      binary: tools.registry,
      tokenKey: registryTokenKey,
    }),
    startCloud(deps, tools),
  ])
  progress.tell('registry', `Pack registry at ${registry.part.url}`)
  progress.tell('cloud', 'Cloud of this machine is ready for clusters')
  const config = configOf(home, env, {
    ...(database ? urlsOf(database.part) : {}),
    port: String(ports.server),
    registryUrl: registry.part.url,
  })
  const installation = await createContext(config, {
    clock,
    random,
    logger: createLogger(config.logLevel),
    providers: { local: async () => createLocalProvider({ cloud: cloud.part.client }) },
  })
  // The home is locked and so is its database: whoever held these leases is dead.
  if (database) await installation.store.queue.releaseLeases()
  const server = await startServer(installation)
  progress.tell('server', `Server at ${server.url}`)
  try {
    await prepare(installation, home, registry.part.url, progress)
  } catch (error) {
    await server.stop()
    throw error
  }
  const record: PlatformRecord = {
    pid: process.pid,
    url: server.url,
    caFile: server.caFile,
    registryUrl: registry.part.url,
    startedAt: isoNow(clock),
  }
  const stopKeeping = keepParts([...(database ? [database.kept] : []), registry.kept, cloud.kept], {
    ...{ clock, logger },
    tell: (silent) => writeFileAtomically(home.silentFile, JSON.stringify(silent)),
  })
  // The cloud looks after its own.
  const logs = (['server', 'postgres', 'registry'] as const).map((part) => home.logFile(part))
  const stopLogs = keepLogs(() => logs, clock, logger)
  writeFileAtomically(home.readyFile, `${JSON.stringify(record, null, 2)}\n`)
  progress.tell('ready', `Atrium runs at ${server.url}`, 1, 1)
  return {
    record,
    async stop() {
      await Promise.all([stopKeeping(), stopLogs()])
      await server.stop()
    },
  }
}

/** Owner and the server's two roles: its socket trusts each of them. */
export const urlsOf = (database: EmbeddedPostgres): Partial<ServerEnv> => ({
  databaseUrl: database.url('atrium'),
  databaseAppUrl: database.url('atrium', 'atrium_app'),
  databaseSystemUrl: database.url('atrium', 'atrium_system'),
})

/** The environment may still say everything that does not make the one-machine edition what it is. */
export const configOf = (home: PlatformHome, env: ServerEnv, known: Partial<ServerEnv>): ServerConfig =>
  envToConfig({
    ...env,
    ...known,
    pkiDir: home.pkiDir,
    rootKeyFile: home.rootKeyFile,
    operatorTokenFile: home.operatorTokenFile,
    registryCaFile: join(home.pkiDir, 'ca.crt'),
    registryTokenKeyFile: home.registryTokenKeyFile,
    egressAllow: [...LOOPBACK, ...(env.egressAllow ? [env.egressAllow] : [])].join(','),
  })

const prepare = async (
  installation: Installation,
  home: PlatformHome,
  registryUrl: string,
  progress: Progress,
): Promise<void> => {
  if (await ensureFirstTenant(installation, home))
    progress.tell('tenant', `Tenant, administrator and API key made: ${home.credentialsFile}`)
  if (await ensureFirstOperator(installation, home))
    progress.tell('tenant', `Operator of the installation made: ${home.operatorFile}`)
  const packs = await publishShippedPacks(installation, registryUrl)
  progress.tell('packs', `${packs} packs ready`, packs, packs)
}

const tellTools =
  (progress: Progress): OnProgress =>
  (event) =>
    event.kind === 'note'
      ? progress.tell('tools', event.message)
      : progress.tell('tools', formatStep(event), event.done, event.total)

export const inUse = (home: PlatformHome): Error => {
  const running = readJsonFile<PlatformRecord>(home.readyFile)
  const where = running ? `at ${running.url} (pid ${running.pid})` : 'and is just starting'
  return new Error(
    `Another server already uses ${home.folder}: it runs ${where}. Use that one, stop it with "atrium down", or choose another --home.`,
  )
}

/** So that `down` finds this process, whoever started it. */
const writeOwnRecord = (home: PlatformHome, clock: Clock): void => {
  const entry = readProcess(process.pid)
  if (entry === null) return
  const { pid, startTicks, commandLine } = entry
  const record: ProcessRecord = { name: 'server', pid, startTicks, commandLine, startedAt: isoNow(clock) }
  writeFileAtomically(home.recordFile('server'), `${JSON.stringify(record, null, 2)}\n`)
}
