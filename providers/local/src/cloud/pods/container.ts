import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { adoptProcess, isRunning, logTail, type ProcessRecord, startProcess } from '@atrium/toolchain/process.ts'
import type { ContainerCommand } from './command.ts'
import { endProcesses } from './processes.ts'
import type { ContainerRecord, PodFolder } from './record.ts'
import { PodSetupError } from './sources.ts'
import { type ContainerView, seconds } from './status.ts'

const FIRST_DELAY_MS = 1_000
const LONGEST_DELAY_MS = 60_000
/** After this long a crash is a new one. */
const HEALTHY_MS = 60_000
/** When the daemon was not its parent any more, nobody learnt how it ended. */
const UNKNOWN_EXIT = 255
/** 128 + SIGKILL, as shells and kubelet write it. */
const KILLED_EXIT = 137
const LAST_WORDS_BYTES = 1_000

export interface ContainerDeps {
  podName: string
  folder: PodFolder
  clock: Clock
  save(record: ContainerRecord): void
  onExit(): void
}

/** One container of a pod as a process of this machine. */
export class ContainerProcess {
  readonly name: string
  readonly #deps: ContainerDeps
  #record: ContainerRecord
  #process: ProcessRecord | null
  #exit: { code: number | null; signal: NodeJS.Signals | null } | null = null
  #failure: PodSetupError | null = null

  private constructor(name: string, record: ContainerRecord, process: ProcessRecord | null, deps: ContainerDeps) {
    this.name = name
    this.#record = record
    this.#process = process
    this.#deps = deps
  }

  /** Takes over the process that an earlier daemon started, if there is one. */
  static async open(name: string, record: ContainerRecord, deps: ContainerDeps): Promise<ContainerProcess> {
    const process = await adoptProcess(deps.folder.processRecord(name), deps.clock)
    const container = new ContainerProcess(name, record, process, deps)
    if (process !== null && record.startedAt !== process.startedAt)
      container.#change({ startedAt: process.startedAt, running: true })
    return container
  }

  /** Notes how it ended, if it did, and starts it (again) when it is time. True while it waits to be started again. */
  async keep(restartPolicy: string, prepare: () => Promise<ContainerCommand>): Promise<boolean> {
    if (this.isRunning()) return false
    if (this.#record.running) await this.#noteEnd(restartPolicy)
    if (this.#record.finished) return false
    if (this.#deps.clock.now() < this.#record.notBefore) return true
    try {
      await this.#start(await prepare())
      this.#failure = null
    } catch (error) {
      if (!(error instanceof PodSetupError)) throw error
      this.#failure = error
    }
    return this.#failure !== null
  }

  isRunning(): boolean {
    return this.#process !== null && isRunning(this.#process)
  }

  view(setupError: PodSetupError | null): ContainerView {
    const what = `container=${this.name} pod=${this.#deps.podName}`
    return {
      name: this.name,
      record: this.#record,
      pid: this.isRunning() ? (this.#process?.pid ?? null) : null,
      waiting: waitingState(setupError ?? this.#failure, this.#record, this.#deps.clock, what),
    }
  }

  #change(next: Partial<ContainerRecord>): void {
    this.#record = { ...this.#record, ...next }
    this.#deps.save(this.#record)
  }

  async #noteEnd(restartPolicy: string): Promise<void> {
    const { clock, folder } = this.#deps
    await this.#endRest()
    const { startedAt } = this.#record
    const exitCode = this.#exit?.code ?? (this.#exit?.signal ? KILLED_EXIT : UNKNOWN_EXIT)
    const crashes = clock.now() - Date.parse(startedAt) > HEALTHY_MS ? 1 : this.#record.crashes + 1
    const again = restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && exitCode !== 0)
    const words = logTail(folder.log(this.name), LAST_WORDS_BYTES)
    const last = {
      exitCode,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      message: this.#exit === null ? `how it ended is not known; the end of its log:\n${words}` : words,
      startedAt: seconds(startedAt),
      finishedAt: seconds(isoNow(clock)),
    }
    this.#change({ crashes, running: false, finished: !again, notBefore: clock.now() + backOffMs(crashes), last })
    this.#process = null
    this.#exit = null
  }

  /** A container ends with its first process: a child that outlived it would work beside the next one. */
  #endRest(): Promise<void> {
    return endProcesses(this.#deps.folder, [this.name], 0)
  }

  async #start(command: ContainerCommand): Promise<void> {
    const { folder, clock, podName } = this.#deps
    // Also here: nobody notes the end of one that started just before a daemon died.
    await this.#endRest()
    try {
      this.#process = await startProcess(
        {
          name: `${podName}/${this.name}`,
          ...command,
          logFile: folder.log(this.name),
          recordFile: folder.processRecord(this.name),
          onExit: (code, signal) => {
            this.#exit = { code, signal }
            this.#deps.onExit()
          },
        },
        clock,
      )
    } catch (error) {
      throw new PodSetupError('RunContainerError', messageOf(error))
    }
    const restartCount = this.#record.restartCount + (this.#record.last === null ? 0 : 1)
    this.#change({ startedAt: this.#process.startedAt, running: true, restartCount })
  }
}

/** The first crash is followed by a start at once, as kubelet does. */
const backOffMs = (crashes: number): number =>
  crashes <= 1 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** (crashes - 2), LONGEST_DELAY_MS)

const waitingState = (
  error: PodSetupError | null,
  record: ContainerRecord,
  clock: Clock,
  what: string,
): { reason: string; message: string } | null => {
  if (error !== null) return { reason: error.reason, message: error.message }
  if (!record.last || clock.now() >= record.notBefore) return null
  const backOff = `back-off ${backOffMs(record.crashes) / 1000}s`
  const lastLine = record.last.message?.split('\n').at(-1) ?? ''
  return { reason: 'CrashLoopBackOff', message: `${backOff} restarting failed ${what}: ${lastLine}` }
}
