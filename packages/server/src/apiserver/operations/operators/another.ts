import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { ActingOperator } from '../../http/operators.ts'

/** Nobody makes a link for themselves: a session that was left lying about would become one that lasts. */
export function mustBeAnother({ actor }: ActingOperator, uid: string): void {
  if (uid !== actor.uid) return
  const text =
    'Change your own password with the present one (PATCH /atrium/v1/system/password). If you forgot it, ask another RootAdmin, or use the machine’s credential.'
  throw new AtriumError('Forbidden', text)
}
