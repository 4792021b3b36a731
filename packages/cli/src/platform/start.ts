import { rmSync } from 'node:fs'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { lastingEnv } from '@atrium/runtime/base/lasting-process.ts'
import { lock } from '@atrium/toolchain/lock.ts'
import {
  type PlatformEvent,
  type PlatformHome,
  type PlatformRecord,
  platformCommand,
} from '@atrium/toolchain/platform.ts'
import {
  adoptProcess,
  isRunning,
  logTail,
  type ProcessRecord,
  startProcess,
  stopProcess,
  waitForExit,
} from '@atrium/toolchain/process.ts'
import { findPlatform } from './connect.ts'
import { ensureHome } from './home.ts'
import { eventReader } from './start-events.ts'

export interface StartOptions {
  port?: number
  clock: Clock
  onEvent: (event: PlatformEvent) => void
  /** Somebody else is starting the same home. */
  onWait(ownerPid: number | null): void
}

export interface StartedPlatform {
  record: PlatformRecord
  /** False when it ran before. */
  started: boolean
}

const LOOK_MS = 100
const END_LIMIT_MS = 60_000
const FAILED_GRACE_MS = 2_000

/** Starts the platform of this home detached and follows it until it is ready; one that runs is taken as it is. */
export async function startPlatform(home: PlatformHome, options: StartOptions): Promise<StartedPlatform> {
  ensureHome(home)
  await using _turn = await lock(home.startLockFile, options)
  const running = await findPlatform(home)
  if (running) return { record: running, started: false }
  const former = await adoptProcess(home.recordFile('server'))
  // What a failed start had under way may keep its process alive for long: nothing is to be hoped from it.
  if (former && hasFailed(home)) await stopProcess(former, { graceMs: FAILED_GRACE_MS }, options.clock)
  else if (former) {
    // Its `up` was interrupted: it is starting all the same.
    await followStart(home, former, options)
    const record = await findPlatform(home)
    if (record) return { record, started: true }
    // It was ready, and is not any more: it is ending.
    if (!(await waitForExit(former, END_LIMIT_MS, options.clock)))
      throw new Error(`The server (pid ${former.pid}) neither serves nor ends. Log: ${home.logFile('server')}`)
  }
  rmSync(home.progressFile, { force: true })
  const logFile = home.logFile('server')
  const child = await startProcess(
    {
      name: 'server',
      ...platformCommand('run', { home: home.folder, ...(options.port === undefined ? {} : { port: options.port }) }),
      env: { ...process.env, ...lastingEnv },
      logFile,
      recordFile: home.recordFile('server'),
    },
    options.clock,
  )
  await followStart(home, child, options)
  const record = await findPlatform(home)
  if (record) return { record, started: true }
  throw new Error(`The server ended right after its start.\n${logTail(logFile)}\nLog: ${logFile}`)
}

/** The start that wrote the progress file ended without success. */
const hasFailed = ({ progressFile }: PlatformHome): boolean => eventReader(progressFile)().at(-1)?.step === 'failed'

/** Tells each step as it is written, until the last one. Throws when the start failed, with its reason. */
async function followStart(home: PlatformHome, child: ProcessRecord, { clock, onEvent }: StartOptions): Promise<void> {
  const events = eventReader(home.progressFile)
  for (;;) {
    const alive = isRunning(child)
    for (const event of events()) {
      if (event.step === 'failed') throw new Error(`${event.message}\nLog: ${home.logFile('server')}`)
      onEvent(event)
      if (event.step === 'ready') return
    }
    if (!alive)
      throw new Error(
        `The server ended while it started.\n${logTail(home.logFile('server'))}\nLog: ${home.logFile('server')}`,
      )
    await clock.sleep(LOOK_MS)
  }
}
