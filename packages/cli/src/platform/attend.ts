import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { PlatformHome, PlatformRecord } from '@atrium/toolchain/platform.ts'
import { adoptProcess, isRunning, type ProcessRecord, stopProcess } from '@atrium/toolchain/process.ts'
import { invocation } from '../output/invocation.ts'
import type { Printer } from '../output/printer.ts'

const LOOK_MS = 500
const GRACE_MS = 30_000

/** Stays with the server until it ends or the person interrupts, and then stops it in order. Clusters and database go on. */
export async function attend(home: PlatformHome, record: PlatformRecord, printer: Printer): Promise<void> {
  const server = await adoptProcess(home.recordFile('server'))
  if (server?.pid !== record.pid) return
  const interrupted = new AbortController()
  const interrupt = (): void => interrupted.abort()
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  printer.say('\nPress Ctrl-C to stop the server; clusters keep running. (--detach returns at once.)')
  await untilEnd(server, interrupted.signal)
  if (!interrupted.signal.aborted) {
    throw new Error(
      `The server (pid ${server.pid}) ended by itself. Log: ${home.logFile('server')}. Start it again: ${invocation(home.folder, 'up')}`,
    )
  }
  await stopProcess(server, { graceMs: GRACE_MS })
  printer.say(
    `Server stopped. Start it again: ${invocation(home.folder, 'up')}. End clusters and database as well: ${invocation(home.folder, 'down')}.`,
  )
}

async function untilEnd(server: ProcessRecord, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && isRunning(server)) await systemClock.sleep(LOOK_MS, signal)
}
