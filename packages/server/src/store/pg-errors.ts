import { AtriumError, messageOf } from '@atrium/runtime/base/errors.ts'
import pg from 'pg'

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** Serialisation failure, deadlock: the same work may succeed now. */
export const isRetryable = (error: unknown): boolean => ['40001', '40P01'].includes(codeOf(error))

/** Nothing is wrong with this statement: one before it, in its transaction, had failed. */
export const isPassedOver = (error: unknown): boolean => codeOf(error) === '25P02'

const SOCKET_CODES = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAGAIN',
]
// What the driver itself says carries no code.
const DRIVER_MESSAGES = /^Connection terminated|^Client has encountered a connection error|timeout exceeded when trying/

/** The connection is gone or cannot be had: the server stops (57P0x), refuses (53300) or is away. */
export const isConnectionError = (error: unknown): boolean => {
  const code = codeOf(error)
  return (
    /^(08|57P)/.test(code) || code === '53300' || SOCKET_CODES.includes(code) || DRIVER_MESSAGES.test(messageOf(error))
  )
}

/** Whether the work was done is not known when it broke during commit: callers read before they repeat. */
export const unreachable = (cause: unknown): AtriumError =>
  new AtriumError('InternalError', `the database is not reachable (${messageOf(cause)}); try again`, { cause })

const TOO_LONG = '54000'
const BAD_TEXT = ['22P05', '22021', '22P02']

/** Errors of values a user gave, told as such; everything else stays as it is. */
export const asInputError = (error: unknown, what: string): unknown => {
  const code = codeOf(error)
  if (code === TOO_LONG)
    return new AtriumError('InvalidRequest', `${what}: a searchable value is too long`, { cause: error })
  if (BAD_TEXT.includes(code))
    return new AtriumError('InvalidRequest', `${what}: text with a zero character or broken Unicode cannot be stored`, {
      cause: error,
    })
  return error
}

/** The unique index or foreign key an error is about, or null. */
export const violatedConstraint = (error: unknown): { code: 'unique' | 'foreign'; constraint: string } | null => {
  if (!(error instanceof pg.DatabaseError)) return null
  if (error.code === '23505') return { code: 'unique', constraint: error.constraint ?? '' }
  if (error.code === '23503') return { code: 'foreign', constraint: error.constraint ?? '' }
  return null
}

/** A key of what somebody else deleted between our look at it and our write, where nobody told it in words of their own. */
export const asConflict = (error: unknown): unknown =>
  violatedConstraint(error)?.code === 'foreign'
    ? new AtriumError(
        'ResourceConflict',
        'Something that this refers to was deleted at the same moment. Read again what is there, and repeat what still makes sense.',
        { cause: error },
      )
    : error
