import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { hasCode } from '@atrium/runtime/base/files.ts'

/** One process as the operating system shows it at this moment. Zombies are not listed: they are dead. */
export interface ProcessEntry {
  pid: number
  parentPid: number
  groupId: number
  /** When it started: clock ticks since boot on Linux, seconds since the epoch elsewhere. With the pid it names one process. */
  startTicks: number
  /** Its arguments on Linux; elsewhere one text, arguments joined by blanks. */
  commandLine: string[]
}

const isLinux = process.platform === 'linux'

/** The process with this pid, or null when there is none (or only its zombie). */
export const readProcess = (pid: number): ProcessEntry | null =>
  isLinux ? readFromProc(pid) : (readFromPs(['-p', String(pid)])[0] ?? null)

/** All processes that can be seen. */
export const listProcesses = (): ProcessEntry[] => {
  if (!isLinux) return readFromPs(['-A'])
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readFromProc(Number(name)) ?? [])
}

/** This moment on the scale of `startTicks`. */
export const presentTicks = (nowMs: number): number => {
  if (!isLinux) return Math.floor(nowMs / 1000)
  const uptimeSeconds = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0])
  return Math.floor(uptimeSeconds * TICKS_PER_SECOND)
}

/** How long ago a moment on that scale was. */
export const millisecondsSince = (startTicks: number, nowMs: number): number =>
  ((presentTicks(nowMs) - startTicks) / (isLinux ? TICKS_PER_SECOND : 1)) * 1000

/** USER_HZ: part of the kernel's interface to programs, 100 on every architecture Node runs on. */
const TICKS_PER_SECOND = 100

const readFromProc = (pid: number): ProcessEntry | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the name in parentheses and may itself hold blanks and parentheses: count from its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state, parentPid, groupId] = fields
    const startTicks = Number(fields[19])
    if (state === 'Z' || state === 'X' || !Number.isSafeInteger(startTicks)) return null
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replace(/\0$/, '').split('\0')
    return { pid, parentPid: Number(parentPid), groupId: Number(groupId), startTicks, commandLine }
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ESRCH')) return null
    throw error
  }
}

const readFromPs = (selection: string[]): ProcessEntry[] => {
  const columns = ['pid=', 'ppid=', 'pgid=', 'state=', 'lstart=', 'command='].flatMap((column) => ['-o', column])
  let text: string
  try {
    text = execFileSync('ps', [...selection, '-ww', ...columns], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 64 * 1024 * 1024,
    })
  } catch (error) {
    // `ps -p` ends with 1 when there is no such process.
    if ((error as { status?: number }).status === 1) return []
    throw error
  }
  return text.split('\n').flatMap(parsePsLine)
}

const PS_LINE = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+\s+\S+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/

/** Exported for its test: `ps -o pid=,ppid=,pgid=,state=,lstart=,command=` under LC_ALL=C TZ=UTC. */
export const parsePsLine = (line: string): ProcessEntry[] => {
  const [, pid, parentPid, groupId, state, started, command] = PS_LINE.exec(line) ?? []
  if (pid === undefined || started === undefined || state?.startsWith('Z')) return []
  return [
    {
      pid: Number(pid),
      parentPid: Number(parentPid),
      groupId: Number(groupId),
      startTicks: Date.parse(`${started} UTC`) / 1000,
      commandLine: [command ?? ''],
    },
  ]
}
