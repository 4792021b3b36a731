import { isoIn, isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { systemTenant } from '@atrium/runtime/store/store.ts'
import type { Sql } from '../../store/database.ts'
import { insertChallenge } from '../../store/identity/challenges.ts'
import { deleteExpiredSessions } from '../../store/identity/credentials.ts'
import { lockUser, replaceHash, selectPassword, selectTenantsOfEmail } from '../../store/identity/users.ts'
import { needsFactor } from '../factors/required-factor.ts'
import type { Identity } from '../identity.ts'
import type { Parts } from '../parts.ts'
import { hashPassword, isOutdated } from '../passwords/hash.ts'
import { passwordProver } from '../passwords/prove-password.ts'
import { providerAlone, usesProviderAlone } from '../sso/linked-users.ts'
import { mustBeActive } from '../tenants/tenants.ts'
import { hashOf, newToken } from '../tokens.ts'
import { finishSignIn, passwordExpired } from './finish-sign-in.ts'
import type { PasswordInput, Person, ProvenPerson, SignInIdentity } from './sign-in-identity.ts'

/** How long the second step may take. */
export const challengeMs = 5 * 60_000

const wrong = (): AtriumError =>
  new AtriumError('Unauthorized', 'E-mail, password or organisation is wrong, or the user is not active.')

/** A token that is no session, and opens one together with a second factor. */
async function openChallenge({ clock, random }: Parts, sql: Sql, { tenant, userUid }: Person): Promise<Secret<string>> {
  const token = newToken(tenant, random)
  const expiresAt = isoIn(clock, challengeMs)
  await insertChallenge(sql, tenant, { hash: hashOf(token), userUid, purpose: 'signIn', at: isoNow(clock), expiresAt })
  return new Secret(token)
}

export function signIns(
  parts: Parts,
  { passwordAge }: Pick<Identity, 'passwordAge'>,
): Pick<Identity, 'signIn' | 'provePassword'> {
  const { database, clock, random, system } = parts
  const prove = passwordProver(parts, wrong)

  const findTenant = async (email: string, org: string | undefined): Promise<string | null> => {
    if (org) return (await system.tenantByName(org))?.uid ?? null
    const [first, second] = await database.asSystem((sql) => selectTenantsOfEmail(sql, email))
    return second === undefined ? (first ?? null) : null
  }

  const provePassword = async ({ org, tenant: known, ...given }: PasswordInput): Promise<ProvenPerson> => {
    const { tenant, uid, hash, email } = await prove(given, async (of) => {
      const named = known ?? (await findTenant(of, org))
      // As many statements whether there is such a tenant or not: nobody has a password in `system`.
      const place = named ?? systemTenant
      const found = await database.withTenant(place, (sql) => selectPassword(sql, place, of))
      return named === null || !found ? null : { ...found, tenant: named }
    })
    const made = isOutdated(hash) ? await hashPassword(new Secret(given.password), random) : null
    if (made) await database.withTenant(tenant, (sql) => replaceHash(sql, tenant, uid, { old: hash, hash: made }))
    const found = await system.tenant(tenant)
    if (found) mustBeActive(found)
    return { tenant, userUid: uid, email, passwordHash: made ?? hash }
  }

  type Input = Parameters<SignInIdentity['signIn']>[0]
  /** One try: null when the user has another password by now, or may not sign in any more. */
  const open = async ({ client, ...input }: Input): Promise<Awaited<ReturnType<SignInIdentity['signIn']>> | null> => {
    const person = await provePassword(input)
    const { tenant, userUid, passwordHash } = person
    const age = await passwordAge(person)
    await database.asSystem((sql) => deleteExpiredSessions(sql, isoNow(clock)))
    return database.withTenant(tenant, async (sql) => {
      const now = await lockUser(sql, tenant, userUid)
      if (!now?.user.isActive || now.passwordHash !== passwordHash) return null
      if (await usesProviderAlone(sql, tenant, userUid)) throw providerAlone('Your')
      if (await needsFactor(sql, tenant, userUid)) {
        return { token: await openChallenge(parts, sql, person), isMfa: true }
      }
      if (age.isExpired) throw passwordExpired(age.expiresAt ?? '')
      const token = await finishSignIn(parts, sql, person, 'a password', { address: input.ip, client })
      return { token, isMfa: false }
    })
  }

  return {
    provePassword,
    async signIn(input) {
      // Changed, or hashed anew by another sign-in, while it was compared: what is there now is compared.
      const opened = (await open(input)) ?? (await open(input))
      if (!opened) throw wrong()
      return opened
    },
  }
}
