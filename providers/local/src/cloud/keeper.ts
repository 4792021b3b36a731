import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import {
  adoptProcess,
  isRunning,
  logTail,
  type ProcessRecord,
  type StartOptions,
  startProcess,
  stopProcess,
} from '@atrium/toolchain/process.ts'
import type { ProcessView } from './protocol.ts'

/** Keeps one long-running process alive across crashes of the process and of this daemon. */
export interface ProcessKeeper {
  readonly name: string
  /** Takes over what an earlier daemon started. */
  adopt(): Promise<void>
  /** Starts it unless it runs or its back-off is not over; one with other arguments (another version) is replaced. */
  ensure(options: StartOptions): Promise<void>
  stop(graceMs: number): Promise<void>
  running(): boolean
  /** When the running process was started or adopted (clock milliseconds); null while it does not run. */
  runningSince(): number | null
  view(): ProcessView
}

const FIRST_DELAY_MS = 250
const LONGEST_DELAY_MS = 10_000
/** A process that lived this long died of something new. */
const HEALTHY_MS = 30_000
const RESTART_GRACE_MS = 10_000

export const createKeeper = (
  name: string,
  recordFile: string,
  logFile: string,
  deps: { clock: Clock; logger: Logger },
): ProcessKeeper => {
  const { clock, logger } = deps
  let record: ProcessRecord | null = null
  let since = 0
  let failures = 0
  let restarts = 0
  let notBefore = 0
  let message = 'not started yet'

  const running = (): boolean => {
    if (record === null) return false
    if (isRunning(record)) return true
    failures = clock.now() - since > HEALTHY_MS ? 1 : failures + 1
    notBefore = clock.now() + (failures === 1 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** failures, LONGEST_DELAY_MS))
    message = `ended; the end of its log: ${logTail(logFile, 500) || '(empty)'}`
    logger.warn({ process: name, pid: record.pid, failures, log: logTail(logFile, 500) }, 'process ended')
    record = null
    return false
  }

  const start = async (options: StartOptions): Promise<void> => {
    try {
      record = await startProcess(options, clock)
      message = ''
      since = clock.now()
      restarts += failures > 0 ? 1 : 0
      logger.info({ process: name, pid: record.pid, restarts }, 'process started')
    } catch (error) {
      failures += 1
      notBefore = clock.now() + Math.min(FIRST_DELAY_MS * 2 ** failures, LONGEST_DELAY_MS)
      message = messageOf(error)
      logger.warn({ process: name, error: message }, 'process did not start')
    }
  }

  const stop = async (graceMs: number): Promise<void> => {
    if (record === null) return
    await stopProcess(record, { graceMs }, clock)
    record = null
    failures = 0
    notBefore = 0
    message = 'stopped'
  }

  return {
    name,
    running,
    runningSince: () => (running() ? since : null),
    async adopt() {
      record = await adoptProcess(recordFile, clock)
      if (record === null) return
      since = Date.parse(record.startedAt)
      message = ''
      logger.info({ process: name, pid: record.pid }, 'process adopted')
    },
    async ensure(options) {
      if (running() && record !== null && !isAsWanted(record, options)) {
        logger.info({ process: name }, 'restarted: it is to run with other arguments')
        await stop(RESTART_GRACE_MS)
      }
      if (!running() && clock.now() >= notBefore) await start(options)
    },
    stop,
    view() {
      const isUp = running()
      return { name, running: isUp, pid: record?.pid ?? null, restarts, message: isUp ? '' : message }
    },
  }
}

const isAsWanted = (record: ProcessRecord, { command, args }: StartOptions): boolean =>
  record.commandLine.join(' ') === [command, ...args].join(' ')
