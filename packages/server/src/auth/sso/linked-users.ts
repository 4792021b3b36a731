import { builtInRoleNamed } from '@atrium/api/permissions/roles.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Sql } from '../../store/database.ts'
import { disableApiKeysOf } from '../../store/identity/api-keys.ts'
import { selectUsesProviderAlone } from '../../store/identity/sso.ts'
import { deletePassword } from '../../store/identity/users.ts'
import { endAccess } from '../sign-in/end-access.ts'

/** The setting of a tenant that says how users who are linked to its identity provider sign in: `{ isPasswordAllowed }`. */
export const linkedUsersName = 'linkedUsers'

/** Whether a password opens nothing for this user. Who was made a Tenant Admin by hand keeps a way in for when the provider does not answer. */
export const usesProviderAlone = (sql: Sql, tenant: string, userUid: string): Promise<boolean> =>
  selectUsesProviderAlone(sql, tenant, userUid, {
    setting: linkedUsersName,
    exempt: builtInRoleNamed('Tenant Admin').uid,
  })

/** Told to whom proved the password, or is an administrator. */
export const providerAlone = (whose: 'Your' | 'Their'): AtriumError =>
  new AtriumError(
    'Forbidden',
    `${whose} organisation lets this user sign in by its identity provider alone, not by a password. Use ./atrium login URL --sso, or the address that GET /v1/auth/org?orgName= tells.`,
    { details: { reason: 'identityProvider' } },
  )

/** At the link: whoever made the user could have kept a password or a key, so nothing from before it opens. Says what ended; '' = nothing had to. */
export async function endFormerWays(sql: Sql, tenant: string, userUid: string, at: string): Promise<string> {
  if (!(await usesProviderAlone(sql, tenant, userUid))) return ''
  await deletePassword(sql, tenant, userUid, at)
  await endAccess(sql, tenant, userUid)
  const keys = await disableApiKeysOf(sql, tenant, userUid, at)
  return `; password and sessions from before ended, ${keys} keys disabled`
}
