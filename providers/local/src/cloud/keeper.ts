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

export interface KeeperOptions {
  name: string
  recordFile: string
  logFile: string
  clock: Clock
  logger: Logger
}

const FIRST_DELAY_MS = 250
const LONGEST_DELAY_MS = 10_000
/** A process that lived this long died of something new. */
const HEALTHY_MS = 30_000
const RESTART_GRACE_MS = 10_000
const LAST_WORDS_BYTES = 500

/** Keeps one long-running process alive across crashes of the process and of this daemon. */
export class ProcessKeeper {
  readonly #options: KeeperOptions
  #record: ProcessRecord | null = null
  #since = 0
  #failures = 0
  #restarts = 0
  #notBefore = 0
  #message = 'not started yet'

  constructor(options: KeeperOptions) {
    this.#options = options
  }

  /** Takes over what an earlier daemon started. */
  async adopt(): Promise<void> {
    const { name, recordFile, clock, logger } = this.#options
    this.#record = await adoptProcess(recordFile, clock)
    if (this.#record === null) return
    this.#since = Date.parse(this.#record.startedAt)
    this.#message = ''
    logger.info({ process: name, pid: this.#record.pid }, 'process adopted')
  }

  /** Starts it unless it runs or its back-off is not over; one with other arguments (another version) is replaced. */
  async ensure(options: StartOptions): Promise<void> {
    const { name, clock, logger } = this.#options
    if (this.runsOtherwise(options)) {
      logger.info({ process: name }, 'restarted: it is to run with other arguments')
      await this.stop(RESTART_GRACE_MS)
    }
    if (!this.running() && clock.now() >= this.#notBefore) await this.#start(options)
  }

  /** It runs, and as something else: `ensure` would replace it. */
  runsOtherwise(options: StartOptions): boolean {
    return this.running() && this.#record !== null && !isAsWanted(this.#record, options)
  }

  async stop(graceMs: number): Promise<void> {
    if (this.#record !== null) await stopProcess(this.#record, { graceMs }, this.#options.clock)
    this.#record = null
    this.#failures = 0
    this.#notBefore = 0
    this.#message = 'stopped'
  }

  running(): boolean {
    if (this.#record === null) return false
    if (isRunning(this.#record)) return true
    this.#noteEnd(this.#record)
    return false
  }

  /** When the running process was started or adopted (clock milliseconds); null while it does not run. */
  runningSince(): number | null {
    return this.running() ? this.#since : null
  }

  /** How often in a row it ended soon after its start. */
  failures(): number {
    return this.running() ? 0 : this.#failures
  }

  view(): ProcessView {
    const running = this.running()
    return {
      name: this.#options.name,
      running,
      pid: this.#record?.pid ?? null,
      restarts: this.#restarts,
      message: running ? '' : this.#message,
    }
  }

  #noteEnd(record: ProcessRecord): void {
    const { name, clock, logger, logFile } = this.#options
    const log = logTail(logFile, LAST_WORDS_BYTES)
    this.#failures = clock.now() - this.#since > HEALTHY_MS ? 1 : this.#failures + 1
    this.#notBefore = clock.now() + (this.#failures === 1 ? 0 : this.#delayMs())
    this.#message = `ended; the end of its log: ${log || '(empty)'}`
    this.#record = null
    logger.warn({ process: name, pid: record.pid, failures: this.#failures, log }, 'process ended')
  }

  async #start(options: StartOptions): Promise<void> {
    const { name, clock, logger } = this.#options
    try {
      this.#record = await startProcess(options, clock)
      this.#message = ''
      this.#since = clock.now()
      this.#restarts += this.#failures > 0 ? 1 : 0
      logger.info({ process: name, pid: this.#record.pid, restarts: this.#restarts }, 'process started')
    } catch (error) {
      this.#failures += 1
      this.#notBefore = clock.now() + this.#delayMs()
      this.#message = messageOf(error)
      logger.warn({ process: name, error: this.#message }, 'process did not start')
    }
  }

  #delayMs(): number {
    return Math.min(FIRST_DELAY_MS * 2 ** this.#failures, LONGEST_DELAY_MS)
  }
}

const isAsWanted = (record: ProcessRecord, { command, args }: StartOptions): boolean =>
  record.commandLine.join(' ') === [command, ...args].join(' ')
