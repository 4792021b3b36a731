import { readlinkSync } from 'node:fs'
import { createConnection } from 'node:net'
import { hasCode } from '@atrium/runtime/base/files.ts'
import { listProcesses, type ProcessEntry } from '@atrium/toolchain/process-table.ts'

/** Every process that belongs to a folder: named in its command line, or working in it (etcd names no path). */
export const processesOf = (folder: string): ProcessEntry[] =>
  listProcesses().filter(
    (entry) => entry.commandLine.some((word) => word.includes(folder)) || workingFolder(entry.pid).startsWith(folder),
  )

/** One line each, for messages. */
export const namesOf = (entries: readonly ProcessEntry[]): string[] =>
  entries.map(({ pid, commandLine }) => `${pid} ${commandLine.join(' ').slice(0, 200)}`)

/** Empty where it cannot be seen: another user's, or one that has just ended. */
function workingFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ESRCH', 'EPERM'].some((code) => hasCode(error, code))) return ''
    throw error
  }
}

/** Whether anybody listens there. */
export const answersAt = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port })
    const end = (answers: boolean): void => {
      socket.destroy()
      resolve(answers)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
