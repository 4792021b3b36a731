import type { ErrorCode } from '@atrium/api/errors.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'

/** Why nobody is signed in, for programs; the message says it to the person. */
export type SsoReason =
  | 'notEnabled'
  | 'notBegunHere'
  | 'usedAlready'
  | 'providerUnreachable'
  | 'providerRefused'
  | 'answerNotValid'
  | 'noEmail'
  | 'emailNotVerified'
  | 'emailDomain'
  | 'otherPerson'
  | 'userDisabled'
  | 'tooManyUsers'
  | 'tooManyTeams'
  | 'codeNotValid'

interface Particulars {
  /** The e-mail, where it is known. */
  who?: string
  /** What an administrator reads beside the message, and a stranger does not. */
  admins?: string
  code?: ErrorCode
  cause?: unknown
}

/** A sign-in that did not come to pass. The message is for the person, `record` for the audit record. */
export class SsoRefusal extends AtriumError {
  readonly who: string
  readonly record: string
  constructor(
    reason: SsoReason,
    message: string,
    { who = '', admins, code = 'Unauthorized', cause }: Particulars = {},
  ) {
    super(code, message, { details: { reason }, cause })
    this.who = who
    this.record = admins === undefined ? message : `${message} (${admins})`
  }
}

const answerNotValid =
  'The answer of your identity provider is not valid. Begin the sign-in again; if it stays so, an administrator finds the reason in the audit trail.'

/** What a provider sent is not as it should be: why, administrators alone read. */
export const answerRefused = (why: string, more: Pick<Particulars, 'cause' | 'code'> = {}): SsoRefusal =>
  new SsoRefusal('answerNotValid', answerNotValid, { ...more, admins: why })
