import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Clock } from '@atrium/runtime/base/clock.ts'

/** A lock that is held; `await using` or `release` gives it back, and so does the end of the process, however it ends. */
export interface FileLock extends AsyncDisposable {
  release(): void
}

/**
 * Takes the lock of this file, at once or not at all (null).
 *
 * The kernel holds it, through SQLite's exclusive lock on an empty database: it works on Linux and macOS alike, and a
 * killed owner can never leave it taken.
 */
export const tryLock = (path: string): FileLock | null => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(path, { timeout: 0 })
  // Whoever can open it can lock us out. Not by opening it here: closing that would end a lock this process holds.
  chmodSync(path, 0o600)
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (error instanceof Error && /locked|busy/.test(error.message)) return null
    throw error
  }
  writeFileSync(ownerFile(path), String(process.pid), { mode: 0o600 })
  const release = (): void => {
    if (database.isOpen) database.close()
  }
  return { release, [Symbol.asyncDispose]: async () => release() }
}

/**
 * Takes the lock, waiting for whoever has it. `onWait` is told once, with the owner's pid where it is known, that
 * there is something to wait for.
 */
export const lock = async (
  path: string,
  options: { clock: Clock; onWait?: (ownerPid: number | null) => void },
): Promise<FileLock> => {
  let held = tryLock(path)
  if (held === null) options.onWait?.(ownerOf(path))
  while (held === null) {
    await options.clock.sleep(100)
    held = tryLock(path)
  }
  return held
}

// Only for messages: who holds the lock is known to the kernel alone.
const ownerFile = (path: string): string => `${path}.owner`
const ownerOf = (path: string): number | null => {
  try {
    return Number(readFileSync(ownerFile(path), 'utf8')) || null
  } catch {
    return null
  }
}
