/** An answer that is an error. `code` is one of `api/src/errors.ts`; `ref` finds it in the server's log. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  readonly details: unknown
  readonly ref: string
  constructor(status: number, code: string, message: string, details: unknown, ref: string) {
    super(message)
    this.status = status
    this.code = code
    this.details = details
    this.ref = ref
  }
}

/** No answer came: the server, which the message names, was not reached or took too long. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
}

const isBody = (value: unknown): value is { code: string; message: string; details?: unknown; ref?: string } =>
  value !== null && typeof value === 'object' && 'code' in value && 'message' in value

/** The error an answer carries; one that is not ours (a proxy's page) is told by its status. */
export async function errorOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null)
  if (!isBody(body)) {
    const text = `The server answered ${response.status} ${response.statusText}`.trim()
    return new ApiError(response.status, 'InternalError', text, null, '')
  }
  return new ApiError(response.status, body.code, body.message, body.details ?? null, body.ref ?? '')
}
