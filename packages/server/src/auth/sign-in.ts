import { isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { systemTenant } from '@atrium/runtime/store/store.ts'
import type { Sql } from '../store/database.ts'
import { insertChallenge } from '../store/identity/challenges.ts'
import { deleteExpiredSessions } from '../store/identity/credentials.ts'
import { replaceHash, selectPassword, selectTenantsOfEmail } from '../store/identity/users.ts'
import { finishSignIn, passwordExpired } from './finish-sign-in.ts'
import type { Identity } from './identity.ts'
import type { Parts } from './parts.ts'
import { hashPassword, isOutdated, verifyPassword } from './passwords.ts'
import { needsFactor } from './required-factor.ts'
import type { PasswordInput, Person } from './sign-in-identity.ts'
import { signInLimits } from './sign-in-limits.ts'
import { mustBeActive } from './tenants.ts'
import { hashOf, newToken } from './tokens.ts'
import { longestPassword } from './users.ts'

/** How long the second step may take. */
export const challengeMs = 5 * 60_000

const wrong = (): AtriumError =>
  new AtriumError('Unauthorized', 'E-mail, password or organisation is wrong, or the user is not active.')

/** A token that is no session, and opens one together with a second factor. */
async function openChallenge({ clock, random }: Parts, sql: Sql, { tenant, userUid }: Person): Promise<Secret<string>> {
  const token = newToken(tenant, random)
  const expiresAt = new Date(clock.now() + challengeMs).toISOString()
  await insertChallenge(sql, tenant, { hash: hashOf(token), userUid, purpose: 'signIn', at: isoNow(clock), expiresAt })
  return new Secret(token)
}

export function signIns(
  parts: Parts,
  { passwordAge }: Pick<Identity, 'passwordAge'>,
): Pick<Identity, 'signIn' | 'provePassword'> {
  const { database, clock, random, system } = parts
  const throttle = signInLimits(clock)
  // Compared when there is no such user, so that the answer takes as long.
  const decoy = hashPassword(new Secret(random.bytes(16).toString('hex')), random)

  const findTenant = async (email: string, org: string | undefined): Promise<string | null> => {
    if (org) return (await system.tenantByName(org))?.uid ?? null
    const [first, second] = await database.asSystem((sql) => selectTenantsOfEmail(sql, email))
    return second === undefined ? (first ?? null) : null
  }

  const findUser = async (tenant: string | null, email: string, password: Secret<string>): Promise<Person | null> => {
    // As many statements whether there is such a tenant or not: nobody has a password in `system`.
    const of = tenant ?? systemTenant
    const found = await database.withTenant(of, (sql) => selectPassword(sql, of, email))
    const matches = await verifyPassword(password, found?.hash ?? (await decoy))
    if (tenant === null || !found || !matches) return null
    if (isOutdated(found.hash)) {
      const hash = await hashPassword(password, random)
      await database.withTenant(tenant, (sql) => replaceHash(sql, tenant, found.uid, { old: found.hash, hash }))
    }
    return { tenant, userUid: found.uid, email }
  }

  const provePassword = async ({ email: typed, password: text, org, ip, ...known }: PasswordInput): Promise<Person> => {
    const email = typed.trim().toLowerCase()
    throttle.check(email, ip)
    if (text.length > longestPassword) throw wrong()
    const tenant = known.tenant ?? (await findTenant(email, org))
    const person = await findUser(tenant, email, new Secret(text))
    if (person === null) {
      throttle.fail(email, ip)
      throw wrong()
    }
    // Guesses sent at once all passed the first check: while others fail, a right one tells nothing either.
    throttle.check(email, ip)
    throttle.succeed(email, ip)
    const found = await system.tenant(person.tenant)
    if (found) mustBeActive(found)
    return person
  }

  return {
    provePassword,
    async signIn({ client, ...input }) {
      const person = await provePassword(input)
      const { tenant, userUid } = person
      const age = await passwordAge(person)
      await database.asSystem((sql) => deleteExpiredSessions(sql, isoNow(clock)))
      return database.withTenant(tenant, async (sql) => {
        if (await needsFactor(sql, tenant, userUid)) {
          return { token: await openChallenge(parts, sql, person), isMfa: true }
        }
        if (age.isExpired) throw passwordExpired(age.expiresAt ?? '')
        const token = await finishSignIn(parts, sql, person, 'a password', { address: input.ip, client })
        return { token, isMfa: false }
      })
    },
  }
}
