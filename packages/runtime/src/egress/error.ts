/** Why a request was not made, or not finished. The message never holds a response body or credentials. */
export class EgressError extends Error {
  override readonly name = 'EgressError'
  readonly reason: 'denied' | 'timeout' | 'too-large' | 'redirect' | 'network'
  constructor(reason: EgressError['reason'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.reason = reason
  }
}
