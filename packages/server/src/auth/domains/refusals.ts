import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { violatedConstraint } from '../../store/pg-errors.ts'
import { takenMessage } from './tell.ts'

export const isTaken = (error: unknown): boolean => violatedConstraint(error)?.constraint === 'email_domains_owner'

export const taken = (): AtriumError =>
  new AtriumError('ResourceConflict', takenMessage, { details: { reason: 'domainTaken' } })

export const notListed = (domain: string): AtriumError =>
  new AtriumError('ResourceNotFound', `Domain '${shown(domain)}' is not among those that the organisation lists.`)

export const notVouched = (domain: string): AtriumError =>
  new AtriumError(
    'InvalidState',
    `No operator vouches for '${shown(domain)}'. A domain that its record proves is confirmed as long as the record is there.`,
  )

export const tooOften = (retryAfterSeconds: number): AtriumError =>
  new AtriumError(
    'TooManyRequests',
    `The records of this organisation were looked at often just now. Look again in ${retryAfterSeconds} s; name servers take longer to tell what changed.`,
    { details: { retryAfterSeconds } },
  )

const shown = (domain: string): string => domain.slice(0, 253)
