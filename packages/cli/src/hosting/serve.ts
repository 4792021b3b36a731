import { type DisposableTempDir, existsSync, mkdirSync, mkdtempDisposableSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { writeFileAtomically } from '@atrium/runtime/base/files.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { tryLock } from '@atrium/toolchain/lock.ts'
import { keepLogs } from '@atrium/toolchain/log-file.ts'
import { isRunning, logTail, type ProcessRecord, startProcess, stopRecorded } from '@atrium/toolchain/process.ts'
import type { Shown } from './certificate.ts'
import type { HostingFolder } from './folder.ts'
import { openFront } from './front.ts'
import { SignIn } from './sign-in.ts'
import type { Storage } from './storage.ts'
import { readUsers } from './users.ts'

export interface HostingOptions {
  folder: HostingFolder
  /** Path of the CNCF distribution binary. */
  binary: string
  address: string
  port: number
  storage: Storage
  isReadOnly: boolean
  /** Asked at each start: certificates of our own are renewed. */
  certificate(): Promise<Shown>
  clock: Clock
  random: Random
}

const GRACE_MS = 20_000
const LOOK_MS = 500
const START_MS = 30_000
const START_LOOK_MS = 25

/** Serves until `signal` says to stop, and ends the registry then. `onReady` is told each time it answers. Throws when it cannot start, or ends by itself. */
export async function serveRegistry(
  options: HostingOptions,
  onReady: (shown: Shown) => void,
  signal: AbortSignal,
): Promise<void> {
  const { folder, clock } = options
  mkdirSync(folder.folder, { recursive: true, mode: 0o700 })
  await using held = tryLock(folder.lockFile)
  if (held === null) throw new Error(`The registry of ${folder.folder} is being served already.`)
  if (readUsers(folder.usersFile).size === 0)
    throw new Error(
      `Nobody could sign in: ${folder.folder} has no users. Add one: registry user add NAME --folder ${folder.folder}`,
    )
  // One whose keeper was killed still runs.
  await stopRecorded(folder.recordFile, { graceMs: GRACE_MS }, clock)
  const stopLogs = keepLogs(() => [folder.logFile], clock, silentLogger)
  using place = openSocketFolder(folder)
  const socketFile = join(place.path, 'socket')
  const signIn = new SignIn(folder.usersFile, options.random)
  try {
    while (!signal.aborted) {
      const shown = await options.certificate()
      const record = await start(options, socketFile)
      let why: 'asked' | 'renew' | 'ended'
      {
        await using _front = await openFront({ ...options, shown, signIn, socketFile })
        onReady(shown)
        why = await untilEnd(record, shown, clock, signal)
      }
      await stopRecorded(folder.recordFile, { graceMs: GRACE_MS }, clock)
      if (why === 'ended')
        throw new Error(`The registry ended by itself. The end of ${folder.logFile}:\n${logTail(folder.logFile)}`)
    }
  } finally {
    await stopRecorded(folder.recordFile, { graceMs: GRACE_MS }, clock)
    await stopLogs()
  }
}

/** Of a path that is short enough for a socket, and nobody else's. What one left whose keeper was killed goes first. */
function openSocketFolder({ socketFolderFile }: HostingFolder): DisposableTempDir {
  const prefix = join(tmpdir(), 'atrium-registry-')
  const former = existsSync(socketFolderFile) ? readFileSync(socketFolderFile, 'utf8') : ''
  if (dirname(former) === dirname(prefix) && former.startsWith(prefix)) rmSync(former, { recursive: true, force: true })
  const place = mkdtempDisposableSync(prefix)
  writeFileAtomically(socketFolderFile, place.path)
  return place
}

async function untilEnd(
  record: ProcessRecord,
  shown: Shown,
  clock: Clock,
  signal: AbortSignal,
): Promise<'asked' | 'renew' | 'ended'> {
  while (!signal.aborted) {
    if (!isRunning(record)) return 'ended'
    if (clock.now() > shown.renewAtMs) return 'renew'
    await clock.sleep(LOOK_MS, signal)
  }
  return 'asked'
}

async function start(options: HostingOptions, socketFile: string): Promise<ProcessRecord> {
  const { folder, binary, storage, clock } = options
  writeFileAtomically(folder.configFile, renderConfig(options, socketFile))
  const record = await startProcess(
    {
      name: 'registry',
      command: binary,
      args: ['serve', folder.configFile],
      // The whole environment: variables named REGISTRY_* of the caller would change the configuration.
      env: { PATH: process.env['PATH'] ?? '', HOME: folder.folder, OTEL_TRACES_EXPORTER: 'none', ...storage.env },
      cwd: folder.folder,
      logFile: folder.logFile,
      recordFile: folder.recordFile,
    },
    clock,
  )
  for (const untilMs = clock.now() + START_MS; !(await answers(socketFile)); await clock.sleep(START_LOOK_MS)) {
    if (isRunning(record) && clock.now() < untilMs) continue
    const why = isRunning(record) ? 'it does not answer' : 'it ended'
    throw new Error(`The registry did not start (${why}). The end of ${folder.logFile}:\n${logTail(folder.logFile)}`)
  }
  return record
}

const answers = (socketPath: string): Promise<boolean> =>
  new Promise((resolve) => {
    const call = request({ socketPath, path: '/v2/', agent: false, timeout: 1_000 }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    call.on('timeout', () => call.destroy())
    call.on('error', () => resolve(false))
    call.end()
  })

/** Configuration of CNCF distribution 3, which only who stands before it can reach. It reads YAML; JSON is YAML. */
function renderConfig({ storage, isReadOnly, random }: HostingOptions, socketFile: string): string {
  return JSON.stringify(
    {
      version: '0.1',
      log: { level: 'warn', formatter: 'json', accesslog: { disabled: true } },
      storage: {
        ...storage.driver,
        delete: { enabled: false },
        maintenance: {
          uploadpurging: { enabled: !isReadOnly, age: '24h', interval: '24h', dryrun: false },
          readonly: { enabled: isReadOnly },
        },
      },
      http: {
        net: 'unix',
        addr: socketFile,
        relativeurls: true,
        // Signs the state of uploads under way, which nobody goes on with after a restart.
        secret: random.bytes(32).toString('hex'),
      },
    },
    null,
    2,
  )
}
