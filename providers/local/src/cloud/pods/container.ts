import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { adoptProcess, isRunning, logTail, type ProcessRecord, startProcess } from '@atrium/toolchain/process.ts'
import type { ContainerCommand } from './command.ts'
import type { ContainerRecord, PodFolder } from './record.ts'
import { PodSetupError } from './sources.ts'
import { type ContainerView, seconds } from './status.ts'

/** One container of a pod as a process of this machine. */
export interface ContainerProcess {
  readonly name: string
  /** Notes how it ended, if it did, and starts it (again) when it is time. True while it waits to be started again. */
  keep(restartPolicy: string, prepare: () => Promise<ContainerCommand>): Promise<boolean>
  isRunning(): boolean
  view(setupError: PodSetupError | null): ContainerView
}

const FIRST_DELAY_MS = 1_000
const LONGEST_DELAY_MS = 60_000
/** After this long a crash is a new one. */
const HEALTHY_MS = 60_000
/** When the daemon was not its parent any more, nobody learnt how it ended. */
const UNKNOWN_EXIT = 255
const LAST_WORDS_BYTES = 1_000

export const openContainer = async (
  name: string,
  podName: string,
  record: ContainerRecord,
  deps: { folder: PodFolder; clock: Clock; save(record: ContainerRecord): void; onExit(): void },
): Promise<ContainerProcess> => {
  const { folder, clock } = deps
  let process: ProcessRecord | null = await adoptProcess(folder.processRecord(name), clock)
  let exit: { code: number | null; signal: NodeJS.Signals | null } | null = null
  let failure: PodSetupError | null = null

  const change = (next: Partial<ContainerRecord>): void => {
    record = { ...record, ...next }
    deps.save(record)
  }
  if (process !== null && record.startedAt !== process.startedAt)
    change({ startedAt: process.startedAt, running: true })

  const noteEnd = (restartPolicy: string): void => {
    const exitCode = exit?.code ?? (exit?.signal ? 137 : UNKNOWN_EXIT)
    const crashes = clock.now() - Date.parse(record.startedAt) > HEALTHY_MS ? 1 : record.crashes + 1
    const again = restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && exitCode !== 0)
    const words = logTail(folder.log(name), LAST_WORDS_BYTES)
    change({
      crashes,
      running: false,
      finished: !again,
      notBefore: clock.now() + backOffMs(crashes),
      last: {
        exitCode,
        reason: exitCode === 0 ? 'Completed' : 'Error',
        message: exit === null ? `how it ended is not known; the end of its log:\n${words}` : words,
        startedAt: seconds(record.startedAt),
        finishedAt: seconds(isoNow(clock)),
      },
    })
    process = null
    exit = null
  }

  const start = async (command: ContainerCommand): Promise<void> => {
    try {
      process = await startProcess(
        {
          name: `${podName}/${name}`,
          ...command,
          logFile: folder.log(name),
          recordFile: folder.processRecord(name),
          onExit(code, signal) {
            exit = { code, signal }
            deps.onExit()
          },
        },
        clock,
      )
    } catch (error) {
      throw new PodSetupError('RunContainerError', messageOf(error))
    }
    change({
      startedAt: process.startedAt,
      running: true,
      restartCount: record.restartCount + (record.last === null ? 0 : 1),
    })
  }

  return {
    name,
    isRunning: () => process !== null && isRunning(process),
    async keep(restartPolicy, prepare) {
      if (process !== null && isRunning(process)) return false
      if (record.running) noteEnd(restartPolicy)
      if (record.finished) return false
      if (clock.now() < record.notBefore) return true
      try {
        await start(await prepare())
        failure = null
      } catch (error) {
        if (!(error instanceof PodSetupError)) throw error
        failure = error
      }
      return failure !== null
    },
    view: (setupError) => ({
      name,
      record,
      pid: process !== null && isRunning(process) ? process.pid : null,
      waiting: waitingState(setupError ?? failure, record, clock, `container=${name} pod=${podName}`),
    }),
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
