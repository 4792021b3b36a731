import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'

/** A process beside the server that must run for as long as the server does. */
export interface KeptPart {
  name: string
  isRunning(): boolean
  /** Starts it, or adopts one that somebody else started meanwhile. */
  restart(): Promise<void>
}

const LOOK_MS = 500
const MAX_BACKOFF_MS = 30_000

/** Restarts each part when it dies, later each time while that does not help. Returns the way to stop keeping. */
export const keepParts = (parts: KeptPart[], clock: Clock, logger: Logger): (() => Promise<void>) => {
  const stop = new AbortController()
  const loops = parts.map((part) => keep(part, clock, logger, stop.signal))
  return async () => {
    stop.abort()
    await Promise.all(loops)
  }
}

const keep = async (part: KeptPart, clock: Clock, logger: Logger, signal: AbortSignal): Promise<void> => {
  let waitMs = LOOK_MS
  while (!signal.aborted) {
    await clock.sleep(waitMs, signal)
    if (signal.aborted || part.isRunning()) {
      waitMs = LOOK_MS
      continue
    }
    logger.warn({ part: part.name }, 'part died; starting it again')
    try {
      await part.restart()
      logger.info({ part: part.name }, 'part runs again')
    } catch (error) {
      logger.error({ part: part.name, reason: messageOf(error) }, 'part did not start')
    }
    waitMs = Math.min(waitMs * 2, MAX_BACKOFF_MS)
  }
}
