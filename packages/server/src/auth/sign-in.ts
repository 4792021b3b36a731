import { isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Sql } from '../store/database.ts'
import { audit } from '../store/identity/audit.ts'
import {
  deleteExpiredSessions,
  deleteSession,
  insertSession,
  selectBySessionHash,
} from '../store/identity/credentials.ts'
import { selectSetting } from '../store/identity/settings.ts'
import { markSignIn, selectPassword, selectTenantsOfEmail } from '../store/identity/users.ts'
import type { Identity } from './identity.ts'
import type { Parts } from './parts.ts'
import { hashPassword, verifyPassword } from './passwords.ts'
import { Throttle } from './throttle.ts'
import { hashOf, newToken, readToken } from './tokens.ts'

export const defaultSessionMinutes = 240
const longestPassword = 1024

const wrong = (): AtriumError =>
  new AtriumError('Unauthorized', 'E-mail, password or organisation is wrong, or the user is not active.')

/** Guesses of one person's password from one place, of one person's from anywhere, and of anybody's from one place. */
function throttles(parts: Parts) {
  const both = new Throttle(parts.clock, 5)
  const byEmail = new Throttle(parts.clock, 100)
  const byAddress = new Throttle(parts.clock, 50)
  return {
    check(email: string, ip: string): void {
      const waitMs = Math.max(both.waitMs(`${email} ${ip}`), byEmail.waitMs(email), byAddress.waitMs(ip))
      if (waitMs === 0) return
      const retryAfterSeconds = Math.ceil(waitMs / 1000)
      throw new AtriumError('Unauthorized', `Too many failed sign-ins. Try again in ${retryAfterSeconds} s.`, {
        details: { retryAfterSeconds },
      })
    },
    fail(email: string, ip: string): void {
      both.fail(`${email} ${ip}`)
      byEmail.fail(email)
      byAddress.fail(ip)
    },
    succeed(email: string, ip: string): void {
      both.succeed(`${email} ${ip}`)
      byEmail.succeed(email)
    },
  }
}

async function sessionMinutes(sql: Sql, tenant: string): Promise<number> {
  const settings = await selectSetting(sql, tenant, null, 'authTokenSettings')
  const minutes = settings?.['expiryTimeMinutes']
  return typeof minutes === 'number' && minutes > 0 ? minutes : defaultSessionMinutes
}

export function signIns(parts: Parts): Pick<Identity, 'signIn' | 'refresh' | 'revokeToken'> {
  const { database, clock, random, system } = parts
  const throttle = throttles(parts)
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

  const open = async (sql: Sql, tenant: string, userUid: string): Promise<Secret<string>> => {
    const token = newToken(tenant, random)
    const at = isoNow(clock)
    const expiresAt = new Date(clock.now() + (await sessionMinutes(sql, tenant)) * 60_000).toISOString()
    await insertSession(sql, tenant, { hash: hashOf(token), userUid, at, expiresAt })
    return new Secret(token)
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
        return open(sql, tenant, userUid)
      })
    },

    async refresh(token) {
      const known = readToken(token)
      if (!known) return null
      const { tenant, hash } = known
      return database.withTenant(tenant, async (sql) => {
        const session = await selectBySessionHash(sql, tenant, hash, isoNow(clock))
        // Two refreshes at once: the one that deletes the row wins.
        if (!session || !(await deleteSession(sql, tenant, hash))) return null
        return open(sql, tenant, session.userUid)
      })
    },

    async revokeToken({ tenant }, token) {
      const known = readToken(token)
      if (known?.tenant !== tenant) return
      await database.withTenant(tenant, (sql) => deleteSession(sql, tenant, known.hash))
    },
  }
}
