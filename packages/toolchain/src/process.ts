import { spawn } from 'node:child_process'
import { accessSync, closeSync, constants, fstatSync, openSync, readFileSync, readSync, rmSync } from 'node:fs'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { type Clock, isoNow, systemClock } from '@atrium/runtime/base/clock.ts'
import { hasCode, writeFileAtomically } from '@atrium/runtime/base/files.ts'
import { openLog } from './log-file.ts'
import { listProcesses, millisecondsSince, type ProcessEntry, presentTicks, readProcess } from './process-table.ts'

/**
 * Long-running processes that outlive whoever started them.
 *
 * A process is named by three things together: pid, start time and command line. Only a process that agrees in all
 * three with its record is ever adopted or signalled, so a pid that was given to somebody else is never touched.
 */
export interface ProcessRecord {
  name: string
  pid: number
  /** See `ProcessEntry.startTicks`. */
  startTicks: number
  /** What the operating system shows, not what was asked for: a script shows its interpreter. */
  commandLine: string[]
  /** RFC 3339. */
  startedAt: string
}

export interface StartOptions {
  /** Short name for messages, e.g. `etcd`. */
  name: string
  /** Absolute path, or a name looked up on PATH. */
  command: string
  args: readonly string[]
  /**
   * A command that runs `command` as its last arguments, e.g. `['unshare', '--user', '--map-user=65534']`.
   * The record names the process that matters, also when the wrapper forks instead of becoming it.
   */
  wrapper?: readonly string[]
  /** The whole environment of the process; without it, it inherits ours. */
  env?: NodeJS.ProcessEnv
  cwd?: string
  /** Its stdout and stderr are appended here (0600). One over its limit is first moved to `<logFile>.1`; `keepLogs` for while it runs. */
  logFile: string
  /** Where the record is written (0600), atomically. */
  recordFile: string
  /** How it ended, while its starter still lives; whoever adopted it never learns. With a wrapper: how the wrapper ended. */
  onExit?(code: number | null, signal: NodeJS.Signals | null): void
}

const EXEC_LIMIT_MS = 10_000

/**
 * Starts a process in a session of its own, with no tie to ours but its log file.
 * Throws when it already runs or cannot be started (the message carries the end of its log). It resolves as soon as the
 * process exists: whoever waits for it to be ready also looks at `isRunning`, and tells `logTail` when it ended.
 * Two starters of one record at the same moment need a lock of their own.
 *
 * The intent is written before the process exists: a starter killed between start and record leaves nothing that
 * `adoptProcess` cannot find.
 */
export const startProcess = async (options: StartOptions, clock: Clock = systemClock): Promise<ProcessRecord> => {
  const running = await adoptProcess(options.recordFile, clock)
  if (running !== null) throw new Error(`${options.name} already runs with pid ${running.pid}`)
  const command = [findCommand(options.command), ...options.args]
  const wrapper = wrapperOf(options.wrapper)
  const intent: Intent = { name: options.name, command, wrapper, sinceTicks: presentTicks(clock.now()) }
  writeFileAtomically(intentFile(options.recordFile), JSON.stringify(intent))
  try {
    const started = spawnDetached(options, [...wrapper, ...command])
    const entry = await processThatMatters(started, intent, options, clock)
    return writeRecord(options.recordFile, intent.name, entry, clock)
  } finally {
    rmSync(intentFile(options.recordFile), { force: true })
  }
}

/** The running process a record file names, or null: no record, it ended, or its pid is somebody else's now. */
export const adoptProcess = async (recordFile: string, clock: Clock = systemClock): Promise<ProcessRecord | null> => {
  const record = readJson<ProcessRecord>(recordFile)
  // One in its last moments is no longer there for anybody: what comes after it finds its files and ports free.
  if (record !== null) await until(() => !isBetween(record), EXEC_LIMIT_MS, clock)
  if (record !== null && isRunning(record)) return record
  return adoptIntended(recordFile, clock)
}

/** True while exactly this process runs; a zombie does not. */
export const isRunning = (record: ProcessRecord): boolean => {
  const entry = entryOf(record)
  return entry !== null && (sameWords(entry.commandLine, record.commandLine) || hasNoWords(entry))
}

const isBetween = (record: ProcessRecord): boolean => {
  const entry = entryOf(record)
  return entry !== null && hasNoWords(entry)
}

/** Whatever has its pid since its start. */
const entryOf = ({ pid, startTicks }: ProcessRecord): ProcessEntry | null => {
  const entry = readProcess(pid)
  return entry?.startTicks === startTicks ? entry : null
}

/** As in its last moments, when its memory is gone but its files and ports are not, and while it becomes another program. */
const hasNoWords = ({ commandLine }: ProcessEntry): boolean => commandLine.every((word) => word.trim() === '')

export interface StopOptions {
  /** How long it may take to end by itself after SIGTERM, before SIGKILL. */
  graceMs: number
  /** Also kill what remains in its process group: children it left behind, also when it ended before. Default false. */
  group?: boolean
}

/** SIGTERM, then SIGKILL after `graceMs`; resolves when it has ended, at once when it had. Its record file stays. */
export const stopProcess = async (
  record: ProcessRecord,
  options: StopOptions,
  clock: Clock = systemClock,
): Promise<void> => {
  const ran = isRunning(record)
  if (ran) {
    signalProcess(record, 'SIGTERM')
    if (!(await waitForExit(record, options.graceMs, clock))) {
      signalProcess(record, 'SIGKILL')
      // Not even SIGKILL ends a process in an uninterruptible wait: say so rather than hang.
      if (!(await waitForExit(record, KILL_LIMIT_MS, clock)))
        throw new Error(`${record.name} (pid ${record.pid}) did not end after SIGKILL`)
    }
  }
  if (options.group === true && (ran || isOfThisBoot(record, clock))) await endGroup(record, clock)
}

/** As `stopProcess`, for what a record file names, running or not. The file goes, unless it names another one by then: what it named has ended. */
export const stopRecorded = async (
  recordFile: string,
  options: StopOptions,
  clock: Clock = systemClock,
): Promise<void> => {
  const record = (await adoptProcess(recordFile, clock)) ?? readJson<ProcessRecord>(recordFile)
  if (record === null) return
  await stopProcess(record, options, clock)
  // Who started another one meanwhile needs its record: without it that one would outlive whatever it belongs to.
  const now = readJson<ProcessRecord>(recordFile)
  if (now?.pid === record.pid && now.startTicks === record.startTicks) rmSync(recordFile, { force: true })
}

const KILL_LIMIT_MS = 30_000

/** Sends a signal to exactly this process; false when it no longer runs. */
export const signalProcess = (record: ProcessRecord, signal: NodeJS.Signals): boolean => {
  if (!isRunning(record)) return false
  try {
    process.kill(record.pid, signal)
    return true
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false
    throw error
  }
}

/** Resolves true when the process has ended, false when `timeoutMs` passed first. */
export const waitForExit = (record: ProcessRecord, timeoutMs: number, clock: Clock = systemClock): Promise<boolean> =>
  until(() => !isRunning(record), timeoutMs, clock)

/** The last lines of a log, at most `limitBytes`: for messages about a process that ended. Empty when there is none. */
export const logTail = (logFile: string, limitBytes = 2000): string => {
  let file: number
  try {
    file = openSync(logFile, 'r')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return ''
    throw error
  }
  try {
    const size = fstatSync(file).size
    const buffer = Buffer.alloc(Math.min(size, limitBytes))
    const length = readSync(file, buffer, 0, buffer.length, size - buffer.length)
    return buffer.toString('utf8', 0, length).trim()
  } finally {
    closeSync(file)
  }
}

/** What is about to be started; lies beside the record until that is written. */
interface Intent {
  name: string
  command: string[]
  wrapper: string[]
  sinceTicks: number
}

const intentFile = (recordFile: string): string => `${recordFile}.starting`

const adoptIntended = async (recordFile: string, clock: Clock): Promise<ProcessRecord | null> => {
  const intent = readJson<Intent>(intentFile(recordFile))
  if (intent === null) return null
  const candidates = (): ProcessEntry[] =>
    listProcesses().filter(
      (entry) => entry.startTicks >= intent.sinceTicks && endsWith(entry.commandLine, intent.command),
    )
  // A wrapper that has not yet become the command: wait for it.
  await until(
    () => candidates().every((entry) => !isWrapper(entry, intent)) || matching(candidates(), intent) !== null,
    EXEC_LIMIT_MS,
    clock,
  )
  const entry = matching(candidates(), intent)
  const record = entry === null ? null : writeRecord(recordFile, intent.name, entry, clock)
  rmSync(intentFile(recordFile), { force: true })
  return record
}

/** A process just spawned: `ended` says how it ended, or null while it runs. */
interface Started {
  pid: number
  ended: () => string | null
  kill: () => void
}

const processThatMatters = async (
  started: Started,
  intent: Intent,
  options: StartOptions,
  clock: Clock,
): Promise<ProcessEntry> => {
  let found: ProcessEntry | null = null
  const look = (): boolean => {
    // `spawn` returns after exec, so without a wrapper the process already is what it will be.
    found = intent.wrapper.length === 0 ? readProcess(started.pid) : matching(familyOf(started.pid), intent)
    return found !== null || started.ended() !== null
  }
  await until(look, EXEC_LIMIT_MS, clock)
  if (found !== null) return found
  const why = started.ended() ?? `${intent.wrapper[0]} did not start it within ${EXEC_LIMIT_MS / 1000} s`
  started.kill()
  const tail = logTail(options.logFile)
  throw new Error(
    `${options.name} did not start (${why})${tail === '' ? '' : `; the end of ${options.logFile}:\n${tail}`}`,
  )
}

const spawnDetached = (options: StartOptions, words: readonly string[]): Started => {
  const log = openLog(options.logFile)
  try {
    const [command = '', ...args] = words
    const child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: options.env ?? process.env,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    })
    let ended: string | null = null
    child.on('error', (error) => {
      ended = error.message
    })
    child.on('exit', (code, signal) => {
      ended = signal === null ? `exit code ${code}` : `signal ${signal}`
      options.onExit?.(code, signal)
    })
    child.unref()
    return { pid: child.pid ?? -1, ended: () => ended, kill: () => child.kill('SIGKILL') }
  } finally {
    closeSync(log)
  }
}

const writeRecord = (recordFile: string, name: string, entry: ProcessEntry, clock: Clock): ProcessRecord => {
  const { pid, startTicks, commandLine } = entry
  const record: ProcessRecord = { name, pid, startTicks, commandLine, startedAt: isoNow(clock) }
  writeFileAtomically(recordFile, `${JSON.stringify(record, null, 2)}\n`)
  return record
}

const isWrapper = (entry: ProcessEntry, intent: Intent): boolean =>
  intent.wrapper.length > 0 && endsWith(entry.commandLine, [...intent.wrapper, ...intent.command])

const matching = (entries: readonly (ProcessEntry | null)[], intent: Intent): ProcessEntry | null =>
  entries.find((entry) => entry !== null && endsWith(entry.commandLine, intent.command) && !isWrapper(entry, intent)) ??
  null

/** A process and everything below it. */
const familyOf = (pid: number): ProcessEntry[] => {
  const all = listProcesses()
  const family = all.filter((entry) => entry.pid === pid)
  for (const member of family) family.push(...all.filter((entry) => entry.parentPid === member.pid))
  return family
}

/**
 * The other members of the process group it leads or led, as records, so that each is checked again before it is
 * signalled. A pid is not given away while a group bears its number: with somebody else under the pid, nobody is left.
 */
const groupOf = (record: ProcessRecord): ProcessRecord[] => {
  const leader = readProcess(record.pid)
  if (leader !== null && leader.startTicks !== record.startTicks) return []
  return listProcesses()
    .filter((entry) => entry.groupId === record.pid && entry.pid !== record.pid)
    .filter((entry) => entry.startTicks >= record.startTicks)
    .map(({ pid, startTicks, commandLine }) => ({ ...record, pid, startTicks, commandLine }))
}

/** Members may start others while they are being killed: until none is left. */
const endGroup = async (record: ProcessRecord, clock: Clock): Promise<void> => {
  let left: ProcessRecord[] = []
  const isEmpty = (): boolean => {
    left = groupOf(record)
    for (const member of left) signalProcess(member, 'SIGKILL')
    return left.length === 0
  }
  if (await until(isEmpty, KILL_LIMIT_MS, clock)) return
  throw new Error(`children of ${record.name} did not end after SIGKILL: ${left.map(({ pid }) => pid).join(', ')}`)
}

/** Ticks count from the last boot, and so do pids: two ways to tell its age agree only while that is the same boot. */
const isOfThisBoot = ({ startTicks, startedAt }: ProcessRecord, clock: Clock): boolean => {
  const agedMs = clock.now() - Date.parse(startedAt)
  return Math.abs(agedMs - millisecondsSince(startTicks, clock.now())) < BOOT_TOLERANCE_MS
}

/** The clock may have been set a little since. */
const BOOT_TOLERANCE_MS = 60_000

// Elsewhere than on Linux a command line is one text: compare texts, which is the same for both.
const text = (words: readonly string[]): string => words.join(' ')
const sameWords = (a: readonly string[], b: readonly string[]): boolean => text(a) === text(b)
const endsWith = (words: readonly string[], tail: readonly string[]): boolean =>
  sameWords(words, tail) || text(words).endsWith(` ${text(tail)}`)
const wrapperOf = (wrapper: readonly string[] = []): string[] => {
  const [command, ...args] = wrapper
  return command === undefined ? [] : [findCommand(command), ...args]
}

/** The absolute path of a command; throws when it is not there or not executable. */
const findCommand = (command: string): string => {
  const candidates = command.includes('/')
    ? [isAbsolute(command) ? command : resolve(command)]
    : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, command))
  const found = candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
  if (found === undefined)
    throw new Error(`cannot start ${command}: ${command.includes('/') ? 'no such executable' : 'not found on PATH'}`)
  return found
}

const readJson = <T>(path: string): T | null => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T
  } catch (error) {
    // Records are written atomically; one that does not parse was made by something else and names no process of ours.
    if (hasCode(error, 'ENOENT') || error instanceof SyntaxError) return null
    throw error
  }
}

/** Looks again and again, at first after 2 ms and then more slowly, until `condition` holds (true) or time is up (false). */
const until = async (condition: () => boolean, timeoutMs: number, clock: Clock): Promise<boolean> => {
  const deadline = clock.now() + timeoutMs
  for (let delayMs = 2; ; delayMs = Math.min(delayMs * 1.5, 50)) {
    if (condition()) return true
    const leftMs = deadline - clock.now()
    if (leftMs <= 0) return false
    await clock.sleep(Math.min(delayMs, leftMs))
  }
}
