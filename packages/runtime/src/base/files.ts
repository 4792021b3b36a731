import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Writes a whole file or nothing: a temporary file beside it, flushed, then renamed over it.
 * Missing folders are made with mode 0700.
 */
export const writeFileAtomically = (path: string, content: string | Uint8Array, mode = 0o600): void => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`
  try {
    const file = openSync(temporary, 'wx', mode)
    try {
      // The two forms of `writeSync` are separate overloads.
      if (typeof content === 'string') writeSync(file, content)
      else writeSync(file, content)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** True for a Node error with this code, e.g. `ENOENT`. */
export const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === code
