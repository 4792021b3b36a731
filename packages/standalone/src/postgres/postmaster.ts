import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { hasCode } from '@atrium/runtime/base/files.ts'
import { type ProcessEntry, readProcess } from '@atrium/toolchain/process-table.ts'

/** The server that owns a data folder, by PostgreSQL's own record of it. */
export interface Postmaster {
  process: ProcessEntry
  sockets: string
  status: 'starting' | 'ready' | 'stopping'
}

const pidFile = (data: string): string => join(data, 'postmaster.pid')

/** The postmaster that runs on this data folder, or null. A pid that was given to another program does not count. */
export const findPostmaster = (data: string): Postmaster | null => {
  const lines = readLines(pidFile(data))
  if (lines === null) return null
  const entry = readProcess(Number(lines[0]))
  if (entry === null || !isPostmasterOf(entry, data)) return null
  const status = lines[7]?.trim() ?? ''
  return {
    process: entry,
    sockets: lines[4]?.trim() ?? '',
    status: status === 'ready' || status === 'stopping' ? status : 'starting',
  }
}

/**
 * Removes the pid file of a server that is gone when its pid belongs to another program now: PostgreSQL itself only
 * asks whether that pid lives and would refuse to start, which happens after a restart of a small machine or container.
 */
export const removeStalePidFile = (data: string): void => {
  const lines = readLines(pidFile(data))
  if (lines === null) return
  const entry = readProcess(Number(lines[0]))
  if (entry !== null && !isPostmasterOf(entry, data)) rmSync(pidFile(data), { force: true })
}

/** Words on the command line of a postmaster: also what names it in the process table. */
export const postmasterArgs = (data: string): string[] => ['-D', data]

const isPostmasterOf = (entry: ProcessEntry, data: string): boolean => {
  const line = entry.commandLine.join(' ')
  return line.includes('/postgres ') && line.endsWith(postmasterArgs(data).join(' '))
}

const readLines = (path: string): string[] | null => {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  }
}
