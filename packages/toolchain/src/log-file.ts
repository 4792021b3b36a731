import { closeSync, fchmodSync, fstatSync, mkdirSync, openSync, renameSync } from 'node:fs'
import { copyFile, stat, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { hasCode } from '@atrium/runtime/base/files.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'

export const LOG_LIMIT_BYTES = 32 * 1024 * 1024
const LOOK_MS = 10_000

/** Opens a log (0600) to append to; one over its limit is first moved to `<path>.1`. Nobody else may write to it now. */
export const openLog = (path: string): number => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  let file = openSync(path, 'a', 0o600)
  if (fstatSync(file).size > LOG_LIMIT_BYTES) {
    closeSync(file)
    renameSync(path, `${path}.1`)
    file = openSync(path, 'a', 0o600)
  }
  fchmodSync(file, 0o600)
  return file
}

/**
 * Keeps the logs of processes that run within their limit, until it is stopped: what is over it is copied to `<path>.1`
 * and the log begins anew. Whoever writes appends (`openLog`), so it goes on at the new beginning; the few lines between
 * copy and cut are lost.
 */
export const keepLogs = (paths: () => readonly string[], clock: Clock, logger: Logger): (() => Promise<void>) => {
  const stop = new AbortController()
  const loop = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      for (const path of paths()) await cutLog(path, logger)
      await clock.sleep(LOOK_MS, stop.signal)
    }
  }
  const ended = loop()
  return () => {
    stop.abort()
    return ended
  }
}

const cutLog = async (path: string, logger: Logger): Promise<void> => {
  try {
    if ((await stat(path)).size <= LOG_LIMIT_BYTES) return
    await copyFile(path, `${path}.1`)
    await truncate(path)
  } catch (error) {
    // It went with its owner, or was never made.
    if (hasCode(error, 'ENOENT')) return
    logger.warn({ path, reason: messageOf(error) }, 'log over its limit cannot be cut')
  }
}
