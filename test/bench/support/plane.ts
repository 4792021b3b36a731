import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@atrium/dev-env/free-port.ts'
import { ServerProcess } from '@atrium/dev-env/simulated-fleet/server-process.ts'
import { envToConfig } from '@atrium/server/config/config.ts'
import { readEnv } from '@atrium/server/config/env.ts'
import { createContext, type Installation } from '@atrium/server/context.ts'
import { removePostgres, startPostgres } from '@atrium/standalone/postgres/postgres.ts'

/** A server as a process of its own with a PostgreSQL of its own that waits for the disk. `await using` takes both down. */
export interface BenchPlane extends AsyncDisposable {
  folder: string
  /** As the owner of the schema. */
  databaseUrl: string
  /** Where agents and clients find the server. */
  url: string
  server: ServerProcess
  /** The parts of the server in this process, to put into the database what a bench needs: before the server starts. */
  prepare<T>(work: (installation: Installation) => Promise<T>): Promise<T>
}

/** Clusters of a bench are nothing but objects: the controller looks at each once and leaves it. */
const HOUR_MS = 3_600_000
const quietTiming = { observeMs: HOUR_MS, busyMs: HOUR_MS, refusedMs: HOUR_MS }

export interface BenchPlaneOptions {
  logLevel?: string
  /** Of Node, for the server's process. */
  nodeOptions?: string
  /** More settings of the server. */
  env?: Record<string, string>
}

export const openBenchPlane = async (options: BenchPlaneOptions = {}): Promise<BenchPlane> => {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-bench-'))
  const postgresFolder = join(folder, 'postgres')
  const files = { logFile: join(folder, 'postgres.log'), recordFile: join(folder, 'postgres.json') }
  const database = await startPostgres({ folder: postgresFolder, ...files })
  const databaseUrl = database.url('atrium')
  const port = await freePort()
  const env = {
    DATABASE_URL: databaseUrl,
    DATABASE_APP_URL: database.url('atrium', 'atrium_app'),
    DATABASE_SYSTEM_URL: database.url('atrium', 'atrium_system'),
    ATRIUM_PORT: String(port),
    ATRIUM_PKI_DIR: join(folder, 'pki'),
    ATRIUM_ROOT_KEY_FILE: join(folder, 'keys', 'root.key'),
    ATRIUM_LOG_LEVEL: options.logLevel ?? 'warn',
    ...(options.nodeOptions === undefined ? {} : { NODE_OPTIONS: options.nodeOptions }),
    ...options.env,
  }
  mkdirSync(join(folder, 'keys'), { mode: 0o700 })
  const server = new ServerProcess({
    credentialsFile: join(folder, 'credentials.json'),
    timing: quietTiming,
    logFile: join(folder, 'server.log'),
    env,
    answer: () => {
      throw new Error('this bench has no cloud')
    },
  })
  return {
    folder,
    databaseUrl,
    url: `https://localhost:${port}`,
    server,
    async prepare(work) {
      const installation = await createContext(envToConfig(readEnv({ ...env, ATRIUM_LOG_LEVEL: 'warn' })))
      try {
        return await work(installation)
      } finally {
        await installation.close()
      }
    },
    async [Symbol.asyncDispose]() {
      await server.stop()
      await removePostgres({ folder: postgresFolder })
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
