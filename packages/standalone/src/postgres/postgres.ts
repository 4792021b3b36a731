import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Clock, isoNow, systemClock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { writeFileAtomically } from '@atrium/runtime/base/files.ts'
import {
  isRunning,
  logTail,
  type ProcessRecord,
  signalProcess,
  startProcess,
  stopProcess,
  waitForExit,
} from '@atrium/toolchain/process.ts'
import { postgresEnv } from './binaries.ts'
import {
  checkIdentity,
  choosePostgresIdentity,
  identityWrapper,
  type PostgresIdentity,
  rememberedIdentity,
  rememberIdentity,
} from './identity.ts'
import { ensureDataFolder, SUPERUSER, writeSettings } from './initdb.ts'
import { dataFolderOf, foldersOf, type PostgresLayout, prepareLayout } from './layout.ts'
import { findPostmaster, type Postmaster, postmasterArgs, removeStalePidFile } from './postmaster.ts'

export interface PostgresOptions {
  /** Holds data, socket and library links; made with mode 0700. */
  folder: string
  logFile: string
  recordFile: string
  /** False gives up durability against power cuts for speed: tests only. Default true. */
  durable?: boolean
  /** Default 60: a server uses at most 20 and two may overlap in an upgrade. */
  maxConnections?: number
  /** Default: the one that made the data; before there is any, what this machine allows. */
  identity?: PostgresIdentity
  clock?: Clock
}

/** An embedded PostgreSQL that runs. It outlives this process; nothing here holds it. */
export interface EmbeddedPostgres {
  record: ProcessRecord
  /** True when it ran already. */
  adopted: boolean
  /** Its Unix socket. */
  socket: string
  /** A connection URL over the Unix socket; needs no password, because only the folder's owner reaches the socket. */
  url(database: string, user?: string): string
}

const START_LIMIT_MS = 60_000
const STILL_ATTACHED = 'pre-existing shared memory block'

/**
 * Starts PostgreSQL on `folder`, or adopts the server that runs on it: after `kill -9` of whoever started it, it is
 * simply still there. Any number of processes may call this at once; PostgreSQL's own lock lets one win, the others adopt it.
 */
export const startPostgres = async (options: PostgresOptions): Promise<EmbeddedPostgres> => {
  const clock = options.clock ?? systemClock
  const identity = identityOf(options)
  checkIdentity(options.folder, identity)
  const layout = prepareLayout(options.folder, identity)
  await ensureDataFolder(layout, identity)
  rememberIdentity(options.folder, identity)
  const deadline = clock.now() + START_LIMIT_MS
  for (let started: ProcessRecord | null = null; ; ) {
    const postmaster = findPostmaster(layout.data)
    if (postmaster?.status === 'ready') return handOver(options, postmaster, started, clock)
    if (clock.now() > deadline) throw notStarted(options, `not ready after ${START_LIMIT_MS / 1000} s`)
    if (postmaster === null && (started === null || !isRunning(started))) {
      if (started !== null && !mayTryAgain(options)) throw notStarted(options, 'it ended at once')
      started = await launch(options, layout, identity, clock)
    }
    await clock.sleep(10)
  }
}

/** Ends the server of this folder: fast shutdown, then immediate, then SIGKILL. Clients lose their connections. False when none ran. */
export const stopPostgres = async (
  options: Pick<PostgresOptions, 'folder' | 'identity' | 'clock'> & { graceMs?: number },
): Promise<boolean> => {
  const clock = options.clock ?? systemClock
  const identity = identityOf(options)
  const postmaster = findPostmaster(dataFolderOf(options.folder, identity))
  if (postmaster === null) return false
  const record = recordOf(postmaster, clock)
  // SIGTERM would wait for every client to leave by itself.
  signalProcess(record, 'SIGINT')
  if (await waitForExit(record, options.graceMs ?? 20_000, clock)) return true
  signalProcess(record, 'SIGQUIT')
  if (await waitForExit(record, 5_000, clock)) return true
  await stopProcess(record, { graceMs: 0, group: true }, clock)
  return true
}

/** Stops the server and removes its data, socket and whatever was staged outside the folder. */
export const removePostgres = async (options: Parameters<typeof stopPostgres>[0]): Promise<void> => {
  const identity = identityOf(options)
  await stopPostgres({ ...options, identity })
  for (const path of foldersOf(options.folder, identity)) rmSync(path, { recursive: true, force: true })
}

const identityOf = ({ folder, identity }: Pick<PostgresOptions, 'folder' | 'identity'>): PostgresIdentity =>
  identity ?? rememberedIdentity(folder) ?? choosePostgresIdentity()

const launch = async (
  options: PostgresOptions,
  layout: PostgresLayout,
  identity: PostgresIdentity,
  clock: Clock,
): Promise<ProcessRecord | null> => {
  removeStalePidFile(layout.data)
  writeSettings(layout, identity, {
    sockets: layout.sockets,
    maxConnections: options.maxConnections ?? 60,
    durable: options.durable ?? true,
  })
  try {
    return await startProcess(
      {
        name: 'postgres',
        command: join(layout.binaries.root, 'bin', 'postgres'),
        args: postmasterArgs(layout.data),
        wrapper: identityWrapper(identity),
        env: postgresEnv(layout.binaries, layout.links),
        cwd: '/',
        logFile: options.logFile,
        recordFile: options.recordFile,
      },
      clock,
    )
  } catch (error) {
    // Somebody else was quicker: the caller finds the winner.
    if (messageOf(error).includes('already runs') || findPostmaster(layout.data) !== null) return null
    // It ended before it was even seen in the process table: a killed server whose pid nobody has reaped yet.
    if (mayTryAgain(options)) return null
    throw error
  }
}

const handOver = (
  options: PostgresOptions,
  postmaster: Postmaster,
  started: ProcessRecord | null,
  clock: Clock,
): EmbeddedPostgres => {
  const adopted = started?.pid !== postmaster.process.pid
  const record = recordOf(postmaster, clock)
  if (adopted) writeFileAtomically(options.recordFile, `${JSON.stringify(record, null, 2)}\n`)
  return {
    record,
    adopted,
    socket: join(postmaster.sockets, '.s.PGSQL.5432'),
    url: (database, user = SUPERUSER) =>
      `postgresql://${user}@/${database}?host=${encodeURIComponent(postmaster.sockets)}`,
  }
}

const recordOf = (postmaster: Postmaster, clock: Clock): ProcessRecord => {
  const { pid, startTicks, commandLine } = postmaster.process
  return { name: 'postgres', pid, startTicks, commandLine, startedAt: isoNow(clock) }
}

/** After kill -9 of a postmaster its last children hold the shared memory for a moment; two starters meet at the lock file. */
const mayTryAgain = (options: PostgresOptions): boolean => {
  const tail = logTail(options.logFile)
  return tail.includes(STILL_ATTACHED) || tail.includes('lock file "postmaster.pid" already exists')
}

const notStarted = (options: PostgresOptions, why: string): Error =>
  new Error(`PostgreSQL did not start (${why}). The end of ${options.logFile}:\n${logTail(options.logFile)}`)
