import type { Clock } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { ServerContext } from '../../../context.ts'
import type { ActingOperator } from '../../http/operators.ts'
import { invalid } from '../../invalid.ts'
import { parseTime } from '../../shapes/time.ts'

const dayMs = 24 * 3_600_000
const longestDays = 366

/** One's own keys are everybody's; those of others are for who may manage operators. */
export async function mustSeeKeys(
  { identity }: ServerContext,
  { actor, permissions }: ActingOperator,
  uid: string,
): Promise<void> {
  if (uid === actor.uid) return
  if (!permissions.has('operator.manage')) {
    const details = { permission: 'operator.manage' }
    throw new AtriumError('Forbidden', "Keys of others need the operator's permission operator.manage.", { details })
  }
  if ((await identity.operators.list()).some((operator) => operator.uid === uid)) return
  throw new AtriumError('ResourceNotFound', `Operator '${uid}' is not found.`)
}

/** Everybody makes their own, and by a session: a key that somebody found makes no second one that outlives its end. */
export function mustMakeKeys({ actor, token }: ActingOperator, uid: string): void {
  if (token === null)
    throw new AtriumError('Forbidden', 'A key is made by who signed in with a password, and by no other key.')
  if (uid !== actor.uid) throw new AtriumError('Forbidden', 'Operators make keys for themselves alone.')
}

export function parseKeyName(name: string): string {
  if (name.trim() === '' || /\p{Cc}/u.test(name)) throw invalid('name', 'is empty, or no line of text')
  return name.trim()
}

/** No key of an operator is for ever. */
export function parseKeyEnd(given: string, clock: Clock): string {
  const expiresAt = parseTime(given, 'expiresAt')
  const end = Date.parse(expiresAt)
  if (end <= clock.now()) throw invalid('expiresAt', 'is over already')
  if (end > clock.now() + longestDays * dayMs)
    throw invalid('expiresAt', `is more than ${longestDays} days ahead. Make another key before this one ends`)
  return expiresAt
}
