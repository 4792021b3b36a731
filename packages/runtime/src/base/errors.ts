import type { ErrorCode } from '@atrium/api/errors.ts'

/** An error a caller may see: a code of `api/src/errors.ts`, and a message that says what, where and what to do. */
export class AtriumError extends Error {
  override readonly name = 'AtriumError'
  readonly code: ErrorCode
  /** Machine-readable particulars, e.g. `{ field: 'spec.template.packs[0].tag' }`. Never secrets. */
  readonly details: unknown
  constructor(code: ErrorCode, message: string, options: { details?: unknown; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? null
  }
}

/** The text of anything thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
