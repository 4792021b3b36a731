import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where everything of a one-machine installation lies below its home folder. */
export interface PlatformHome {
  folder: string
  /** First-start credentials (`PlatformCredentials`), 0600. */
  credentialsFile: string
  /** The first operator (`OperatorCredentials`), 0600. */
  operatorFile: string
  /** Remembers that the demo was made: once deleted it is not made again. */
  demoFile: string
  pkiDir: string
  rootKeyFile: string
  registryTokenKeyFile: string
  operatorTokenFile: string
  postgresFolder: string
  registryFolder: string
  /** Everything of the clusters of provider `local`. */
  cloudFolder: string
  /** Ports once chosen: agents and packs refer to them. */
  portsFile: string
  /** Progress of the present start, one `PlatformEvent` a line; begun anew by each start. */
  progressFile: string
  /** `PlatformRecord` of the server, written when it is ready and removed when it stops in order. */
  readyFile: string
  /** `SilentParts`, written by the server that runs. */
  silentFile: string
  /** Held by the server for as long as it lives. */
  lockFile: string
  /** Held by whoever starts the platform. */
  startLockFile: string
  logFile(part: PlatformPart): string
  /** Process record of a part. */
  recordFile(part: PlatformPart): string
  /**
   * Every file and folder directly below it that a platform makes: what a purge removes. `run` comes last, because it
   * marks the folder as a home for as long as anything else is there.
   */
  entries: string[]
}

export type PlatformPart = 'server' | 'postgres' | 'registry' | 'cloud'

/** A step of a start. `failed` is the last line of a start that did not succeed, `ready` of one that did. */
export interface PlatformEvent {
  step:
    | 'tools'
    | 'database'
    | 'certificates'
    | 'registry'
    | 'cloud'
    | 'server'
    | 'tenant'
    | 'packs'
    | 'ready'
    | 'failed'
  /** One sentence for people. */
  message: string
  /** Units of this step done, and in all; null while nobody can know. */
  done: number
  total: number | null
  /** Since the start began. */
  elapsedMs: number
}

/** What runs: found by `up`, `status` and everything else that talks to the server. */
export interface PlatformRecord {
  pid: number
  url: string
  caFile: string
  registryUrl: string
  /** RFC 3339. */
  startedAt: string
}

/** Parts that run and do not answer: since when (RFC 3339), and what was seen. By name. */
export type SilentParts = Record<string, { since: string; reason: string }>

export interface PlatformCredentials {
  tenant: string
  adminEmail: string
  adminPassword: string
  apiKey: string
  project: { name: string; uid: string }
}

export interface OperatorCredentials {
  email: string
  password: string
}

export const platformHome = (home: string): PlatformHome => {
  const folder = existsSync(home) ? realpathSync(home) : resolve(home)
  const at = (...parts: string[]): string => join(folder, ...parts)
  return {
    folder,
    credentialsFile: at('credentials.json'),
    operatorFile: at('operator.json'),
    demoFile: at('demo.json'),
    pkiDir: at('pki'),
    rootKeyFile: at('keys', 'root.key'),
    registryTokenKeyFile: at('keys', 'registry-token.key'),
    operatorTokenFile: at('keys', 'operator.token'),
    postgresFolder: at('postgres'),
    registryFolder: at('registry'),
    cloudFolder: at('cloud'),
    portsFile: at('ports.json'),
    progressFile: at('run', 'progress.jsonl'),
    readyFile: at('run', 'ready.json'),
    silentFile: at('run', 'silent.json'),
    lockFile: at('run', 'server.lock'),
    startLockFile: at('run', 'up.lock'),
    logFile: (part) => (part === 'cloud' ? at('cloud', 'daemon.log') : at('logs', `${part}.log`)),
    recordFile: (part) => (part === 'cloud' ? at('cloud', 'daemon.json') : at('run', `${part}.json`)),
    entries: entryNames.map((name) => at(name)),
  }
}

const entryNames = [
  ...['credentials.json', 'operator.json', 'demo.json', 'ports.json'],
  ...['cloud', 'keys', 'logs', 'pki', 'postgres', 'registry', 'run'],
]

/** True once a platform was started there. Any other folder is somebody else's, whatever lies in it. */
export const isPlatformHome = ({ lockFile, startLockFile }: PlatformHome): boolean =>
  existsSync(lockFile) || existsSync(startLockFile)

/**
 * Flags of the server's process. Room for young garbage is bounded, which saves 10 MB at rest; with 2 MB of it a busy server collected for
 * a fifth of its time. The heap grows by half before it is collected whole: by what V8 does of its own accord it doubled with 10,000
 * clusters, and with `--optimize-for-size`, which keeps 10 MB less at rest, it was collected each second (p99 of reads 154 ms, not 30).
 */
export const serverNodeFlags = [
  '--max-semi-space-size=4',
  '--heap-growing-percent=50',
  '--disable-warning=ExperimentalWarning',
]

/**
 * The command of the platform's program. `run` stays in the foreground: start it detached, with `logFile('server')` and
 * `recordFile('server')`, then follow `progressFile`. `down` ends all parts in order; `--purge` removes the home too.
 * `machine`, `cluster` and `bare` are the cloud console: `arguments` are a verb, a cluster's name or uid, and what more it takes.
 */
export const platformCommand = (
  command: 'run' | 'down' | 'machine' | 'cluster' | 'bare',
  options: { home: string; port?: number; purge?: boolean; arguments?: string[] },
): { command: string; args: string[] } => ({
  command: process.execPath,
  args: [
    ...serverNodeFlags,
    fileURLToPath(new URL('../../standalone/src/main.ts', import.meta.url)),
    command,
    ...(options.arguments ?? []),
    ...['--home', options.home],
    ...(options.port === undefined ? [] : ['--port', String(options.port)]),
    ...(options.purge ? ['--purge'] : []),
  ],
})

/** The command of a fleet of simulated clusters below `home`, which lives as long as the command runs. */
export const simulatedFleetCommand = (options: {
  home: string
  clusters: number
  port?: number
}): { command: string; args: string[] } => ({
  command: process.execPath,
  args: [
    '--disable-warning=ExperimentalWarning',
    fileURLToPath(new URL('../../dev-env/src/simulated-fleet/main.ts', import.meta.url)),
    ...['--clusters', String(options.clusters), '--home', options.home],
    ...(options.port === undefined ? [] : ['--port', String(options.port)]),
  ],
})

/** Null when the file is not there. Throws when it holds no JSON. */
export const readJsonFile = <T>(file: string): T | null =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : null
