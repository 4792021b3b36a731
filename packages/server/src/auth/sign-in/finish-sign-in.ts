import { isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import type { Sql } from '../../store/database.ts'
import { audit } from '../../store/identity/audit.ts'
import type { SessionOrigin } from '../../store/identity/credentials.ts'
import { markSignIn } from '../../store/identity/users.ts'
import type { Parts } from '../parts.ts'
import { openSession } from './sessions.ts'
import type { Person } from './sign-in-identity.ts'

/**
 * The session of somebody who proved everything that was asked, in the caller's transaction; `how` completes "signed in with".
 * Whoever was disabled or deleted meanwhile gets none.
 */
export async function finishSignIn(
  parts: Parts,
  sql: Sql,
  { tenant, userUid, email }: Person,
  how: string,
  origin: SessionOrigin,
): Promise<Secret<string>> {
  if (!(await markSignIn(sql, tenant, userUid, isoNow(parts.clock)))) {
    throw new AtriumError('Unauthorized', 'The user is not active (any more). Ask an administrator.')
  }
  const actor = { type: 'user', uid: userUid, name: email } as const
  await audit(sql, parts.clock, tenant, actor, {
    action: 'signIn',
    kind: 'Session',
    uid: userUid,
    name: email,
    message: `signed in with ${how}`,
  })
  return openSession(parts, sql, tenant, userUid, origin)
}

/** Told to whom proved everything else: nobody learns it without the password. */
export const passwordExpired = (expiredAt: string): AtriumError =>
  new AtriumError(
    'PasswordExpired',
    `The password expired at ${expiredAt}. Set another one (PATCH /v1/users/password/change with emailId, currentPassword and newPassword), then sign in with it.`,
    { details: { expiredAt } },
  )
