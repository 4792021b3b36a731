import { isRecord } from './object.ts'

export interface StatusCause {
  field: string
  reason: string
  message: string
}

/** An answer of the API server that is not a success: what its `Status` object said. */
export class KubeError extends Error {
  override readonly name = 'KubeError'
  /** HTTP status. */
  readonly status: number
  /** Kubernetes' own word, e.g. `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, `Expired`. */
  readonly reason: string
  readonly causes: StatusCause[]
  /** How long the server asked us to wait; 0 when it did not say. */
  readonly retryAfterMs: number
  constructor(status: number, reason: string, message: string, causes: StatusCause[] = [], retryAfterMs = 0) {
    super(message)
    this.status = status
    this.reason = reason
    this.causes = causes
    this.retryAfterMs = retryAfterMs
  }
}

/** The API server did not answer, or its answer broke off. */
export class KubeConnectionError extends Error {
  override readonly name = 'KubeConnectionError'
  constructor(message: string, cause: unknown) {
    super(message, { cause })
  }
}

/** An answer was larger than the caller allows. */
export class KubeTooLargeError extends Error {
  override readonly name = 'KubeTooLargeError'
}

/** The cluster does not serve this kind (yet). */
export class KindNotServedError extends Error {
  override readonly name = 'KindNotServedError'
  constructor(apiVersion: string, kind: string) {
    super(`the cluster serves no ${apiVersion} ${kind}: its CustomResourceDefinition may not be installed yet`)
  }
}

const hasStatus = (error: unknown, ...statuses: number[]): boolean =>
  error instanceof KubeError && statuses.includes(error.status)

export const isNotFound = (error: unknown): boolean => hasStatus(error, 404)
export const isConflict = (error: unknown): boolean => hasStatus(error, 409)
export const isAlreadyExists = (error: unknown): boolean =>
  error instanceof KubeError && error.reason === 'AlreadyExists'
/** A resourceVersion or list token the server no longer keeps. */
export const isExpired = (error: unknown): boolean => hasStatus(error, 410)
/** The object was refused as it is: schema, immutable field, admission. */
export const isInvalid = (error: unknown): boolean => hasStatus(error, 400, 422)
export const isForbidden = (error: unknown): boolean => hasStatus(error, 401, 403)

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
const MESSAGE_LIMIT = 4096

/** Reads a `Status` body (or whatever a proxy answered instead) into an error. */
export function errorFromStatus(status: number, body: unknown, retryAfter?: string): KubeError {
  const fields = isRecord(body) ? body : {}
  const details = isRecord(fields.details) ? fields.details : {}
  const causes = (Array.isArray(details.causes) ? details.causes : []).filter(isRecord).slice(0, 50)
  const seconds = Number(retryAfter ?? details.retryAfterSeconds ?? 0)
  return new KubeError(
    status,
    textOf(fields.reason) || 'Unknown',
    (textOf(fields.message) || `the API server answered ${status}`).slice(0, MESSAGE_LIMIT),
    causes.map((cause) => ({
      field: textOf(cause.field),
      reason: textOf(cause.reason),
      message: textOf(cause.message),
    })),
    Number.isFinite(seconds) ? seconds * 1000 : 0,
  )
}
