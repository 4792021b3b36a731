import { type ClusterReason, clusterReasons } from '@atrium/api/cluster-reasons.ts'
import { ProviderError } from '@atrium/provider-contract/provider.ts'
import { AtriumError, messageOf } from '@atrium/runtime/base/errors.ts'

/** Why the cluster does not get on, and who can change that. */
export interface Failure {
  reason: ClusterReason
  /** The provider's own word, where one failed; else as `reason`. */
  detail: string
  message: string
  nextStep: string
  /** `user`: a person must act. `quota`: tried slowly. `retry`: tried with growing delays. */
  reaction: 'retry' | 'user' | 'quota'
}

/** A reason that stops the phases behind it. */
export class PhaseFailure extends Error {
  override readonly name = 'PhaseFailure'
  readonly failure: Failure
  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

export const failure = (reason: ClusterReason, message: string, reaction: Failure['reaction'] = 'user'): Failure => ({
  reason,
  detail: reason,
  message,
  nextStep: clusterReasons[reason].nextStep,
  reaction,
})

const providerReasons = {
  user: 'ProviderRefused',
  quota: 'QuotaExceeded',
  retry: 'ProviderUnavailable',
} as const satisfies Record<ProviderError['reaction'], ClusterReason>

/** What was thrown, as a person should read it. Null when the run itself is over (lease lost). */
export function classify(error: unknown): Failure | null {
  if (error instanceof PhaseFailure) return error.failure
  if (error instanceof ProviderError) {
    const { reaction, reason, message, nextStep } = error
    const own = reason === 'KubernetesUpgradeFailed' ? reason : providerReasons[reaction]
    return { reason: own, detail: reason, message, nextStep, reaction }
  }
  if (error instanceof AtriumError && error.code === 'LeaseLost') return null
  return failure('UnexpectedFailure', messageOf(error), 'retry')
}
