import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import { stopProcess } from '@atrium/toolchain/process.ts'
import { listProcesses, type ProcessEntry } from '@atrium/toolchain/process-table.ts'

/** What one run of tests has to itself, so that whatever it leaves is found. */
export interface Scratch {
  /** `TMPDIR` of the run. */
  folder: string
  /** Ends the processes that name the folder, removes it, and says what was left: one line each, empty when clean. */
  clear: () => Promise<string[]>
}

/** Short, because sockets lie below it; other users may pass through it, because tests start programs as them. */
export const openScratch = (clock: Clock): Scratch => {
  const folder = mkdtempSync(join(tmpdir(), 'at-'))
  chmodSync(folder, 0o711)
  return {
    folder,
    clear: async () => {
      const processes = listProcesses().filter((entry) => entry.commandLine.some((word) => word.includes(folder)))
      for (const entry of processes) await stopProcess(recordOf(entry, clock), { graceMs: 2_000 }, clock)
      const folders = existsSync(folder) ? readdirSync(folder).filter(isOurs).map(describeFolder(folder)) : []
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
      return [
        ...processes.map(({ pid, commandLine }) => `process ${pid}: ${commandLine.join(' ').slice(0, 300)}`),
        ...folders,
      ]
    },
  }
}

/** The runner's own: its report, and what it keeps of compiled modules. */
const isOurs = (name: string): boolean => name !== 'vitest-report.json' && name !== 'node-compile-cache'

/** What lies in it tells who left it. */
const describeFolder =
  (parent: string) =>
  (name: string): string => {
    const path = join(parent, name)
    const held = statSync(path).isDirectory() ? readdirSync(path, { recursive: true }).map(String) : []
    return `folder ${name} among the temporary files${held.length > 0 ? `, with ${held.slice(0, 20).join(', ')}` : ''}`
  }

const recordOf = ({ pid, startTicks, commandLine }: ProcessEntry, clock: Clock) => ({
  ...{ name: 'leftover of a test', pid, startTicks, commandLine },
  startedAt: isoNow(clock),
})
