import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'

type Level = 'debug' | 'info' | 'warn' | 'error'

/** One JSON object a line. */
export const jsonLogger = (clock: Clock, write: (line: string) => void, fields: object = {}): Logger => {
  const log =
    (level: Level) =>
    (more: object, message?: string): void =>
      write(`${JSON.stringify({ time: isoNow(clock), level, ...fields, ...more, message })}\n`)
  return {
    debug: () => undefined,
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: (more) => jsonLogger(clock, write, { ...fields, ...more }),
  }
}
