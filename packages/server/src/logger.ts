import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { pino } from 'pino'
import type { LogLevel } from './config/config.ts'

/** A second net below `Secret<T>`: fields of these names never reach the log. */
const REDACTED = ['authorization', 'password', 'token', 'secret', 'apiKey', 'privateKeyPem', 'kubeconfig', 'cookie']

/** A write for each request was a seventh of the server's time. What waits is written when the process ends, but not when it is killed. */
const BATCH_BYTES = 4096
const FLUSH_MS = 100

/** JSON lines on stdout. */
export const createLogger = (level: LogLevel): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED.flatMap((name) => [name, `*.${name}`]), censor: '[secret]' },
      serializers: { err: describeError },
    },
    pino.destination({ dest: 1, sync: false, minLength: BATCH_BYTES, periodicFlush: FLUSH_MS }),
  )

/** Not the error's other properties: drivers put rows and requests there. */
const describeError = (error: unknown): object => {
  if (!(error instanceof Error)) return { message: String(error) }
  const code: unknown = Reflect.get(error, 'code')
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' ? { code } : {}),
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: messageOf(error.cause) }),
  }
}
