import type { CloudFault } from './protocol.ts'

/** A request the cloud refuses; `status` is the HTTP status of the answer. */
export class CloudError extends Error {
  override readonly name = 'CloudError'
  readonly status: number
  readonly reason: string
  /** What a person can do; without it, what the reason usually asks for. */
  readonly nextStep: string | undefined
  constructor(status: number, reason: string, message: string, nextStep?: string) {
    super(message)
    this.status = status
    this.reason = reason
    this.nextStep = nextStep
  }
}

const nextSteps: Record<string, string> = {
  VersionNotAvailable: 'Choose one of the versions that are available.',
  InvalidRequest: 'Correct the field that is named.',
  MachineIsTerminated: 'Delete it, or let its pool replace it.',
}

export const faultOf = (error: CloudError): CloudFault => ({
  reaction: error.status >= 500 || error.status === 409 ? 'retry' : 'user',
  reason: error.reason,
  message: error.message,
  nextStep: error.nextStep ?? nextSteps[error.reason] ?? 'Look at the cluster again and repeat what is still needed.',
})
