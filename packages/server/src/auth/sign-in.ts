import { isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { audit } from '../store/identity/audit.ts'
import { deleteExpiredSessions } from '../store/identity/credentials.ts'
import { markSignIn, selectPassword, selectTenantsOfEmail } from '../store/identity/users.ts'
import type { Identity } from './identity.ts'
import type { Parts } from './parts.ts'
import { hashPassword, verifyPassword } from './passwords.ts'
import { openSession } from './sessions.ts'
import { signInLimits } from './sign-in-limits.ts'
import { longestPassword } from './users.ts'

const wrong = (): AtriumError =>
  new AtriumError('Unauthorized', 'E-mail, password or organisation is wrong, or the user is not active.')

export function signIns(parts: Parts): Pick<Identity, 'signIn'> {
  const { database, clock, random, system } = parts
  const throttle = signInLimits(clock)
  // Compared when there is no such user, so that the answer takes as long.
  const decoy = hashPassword(new Secret(random.bytes(16).toString('hex')), random)

  const findTenant = async (email: string, org: string | undefined): Promise<string | null> => {
    if (org) return (await system.tenantByName(org))?.uid ?? null
    const [first, second] = await database.asSystem((sql) => selectTenantsOfEmail(sql, email))
    return second === undefined ? (first ?? null) : null
  }

  const findUser = async (tenant: string | null, email: string, password: Secret<string>): Promise<string | null> => {
    const found =
      tenant === null ? null : await database.withTenant(tenant, (sql) => selectPassword(sql, tenant, email))
    const matches = await verifyPassword(password, found?.hash ?? (await decoy))
    return found && matches ? found.uid : null
  }

  return {
    async signIn({ email: typed, password: text, org, ip }) {
      const email = typed.trim().toLowerCase()
      throttle.check(email, ip)
      if (text.length > longestPassword) throw wrong()
      const tenant = await findTenant(email, org)
      const userUid = await findUser(tenant, email, new Secret(text))
      if (tenant === null || userUid === null) {
        throttle.fail(email, ip)
        throw wrong()
      }
      // Guesses sent at once all passed the first check: while others fail, a right one tells nothing either.
      throttle.check(email, ip)
      throttle.succeed(email, ip)
      await database.asSystem((sql) => deleteExpiredSessions(sql, isoNow(clock)))
      return database.withTenant(tenant, async (sql) => {
        await markSignIn(sql, tenant, userUid, isoNow(clock))
        const actor = { type: 'user', uid: userUid, name: email } as const
        await audit(sql, clock, tenant, actor, {
          action: 'signIn',
          kind: 'Session',
          uid: userUid,
          name: email,
          message: 'signed in with a password',
        })
        return openSession(parts, sql, tenant, userUid)
      })
    },
  }
}
