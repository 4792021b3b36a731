import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { createServer, isIPv6 } from 'node:net'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { hasCode, writeFileAtomically } from '@atrium/runtime/base/files.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { tryLock } from '@atrium/toolchain/lock.ts'
import { keepLogs } from '@atrium/toolchain/log-file.ts'
import { isRunning, logTail, type ProcessRecord, startProcess, stopRecorded } from '@atrium/toolchain/process.ts'
import { untilRegistryAnswers } from '@atrium/toolchain/registry.ts'
import type { Shown } from './certificate.ts'
import type { HostingFolder } from './folder.ts'
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
const PORT_GRACE_MS = 2_000
const PORT_LOOK_MS = 50

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
  try {
    while (!signal.aborted) {
      const shown = await options.certificate()
      const record = await start(options, shown)
      onReady(shown)
      const why = await untilEnd(record, shown, clock, signal)
      await stopRecorded(folder.recordFile, { graceMs: GRACE_MS }, clock)
      if (why === 'ended')
        throw new Error(`The registry ended by itself. The end of ${folder.logFile}:\n${logTail(folder.logFile)}`)
    }
  } finally {
    await stopRecorded(folder.recordFile, { graceMs: GRACE_MS }, clock)
    await stopLogs()
  }
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

async function start(options: HostingOptions, shown: Shown): Promise<ProcessRecord> {
  const { folder, binary, address, port, storage, clock } = options
  await refuseTakenPort(address, port, clock)
  writeFileAtomically(folder.configFile, renderConfig(options, shown))
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
  const url = `https://${hostOf(address)}:${port}`
  const trust = { certificatePem: readFileSync(shown.certificateFile, 'utf8') }
  await untilRegistryAnswers({ url, trust, logFile: folder.logFile, record, clock })
  return record
}

/** Where this machine reaches what listens there. */
const hostOf = (address: string): string =>
  address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '[::1]' : isIPv6(address) ? `[${address}]` : address

/** A program that has just ended may hold its port for a moment longer: its last threads do. */
async function refuseTakenPort(address: string, port: number, clock: Clock): Promise<void> {
  const untilMs = clock.now() + PORT_GRACE_MS
  for (;;) {
    const error = await whyNotFree(address, port)
    if (error === null) return
    if (!hasCode(error, 'EADDRINUSE') || clock.now() >= untilMs) throw refusalOf(error, address, port)
    await clock.sleep(PORT_LOOK_MS)
  }
}

async function whyNotFree(address: string, port: number): Promise<unknown> {
  const probe = createServer()
  try {
    await once(probe.listen({ host: address, port, exclusive: true }), 'listening')
    return null
  } catch (error) {
    return error
  } finally {
    probe.close()
  }
}

function refusalOf(error: unknown, address: string, port: number): unknown {
  const place = `port ${port} of ${address}`
  if (hasCode(error, 'EADDRINUSE'))
    return new Error(`${place} is taken. Stop what listens there, or choose another: --port`, { cause: error })
  if (hasCode(error, 'EACCES'))
    return new Error(`${place} may not be used by this user. Choose one above 1023: --port`, { cause: error })
  if (hasCode(error, 'EADDRNOTAVAIL'))
    return new Error(`This machine has no address ${address}. Give one of its own: --address`, { cause: error })
  return error
}

/** Configuration of CNCF distribution 3. It reads YAML; JSON is YAML. */
function renderConfig({ folder, address, port, storage, isReadOnly, random }: HostingOptions, shown: Shown): string {
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
        addr: `${isIPv6(address) ? `[${address}]` : address}:${port}`,
        relativeurls: true,
        // Signs the state of uploads under way, which nobody goes on with after a restart.
        secret: random.bytes(32).toString('hex'),
        tls: { certificate: shown.certificateFile, key: shown.keyFile, minimumtls: 'tls1.2' },
      },
      auth: { htpasswd: { realm: 'Atrium pack registry', path: folder.usersFile } },
    },
    null,
    2,
  )
}
