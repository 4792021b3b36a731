import { isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { systemTenant } from '@atrium/runtime/store/store.ts'
import { audit } from '../store/identity/audit.ts'
import * as rows from '../store/identity/operators.ts'
import type { Operators } from './operators.ts'
import type { Parts } from './parts.ts'
import { hashPassword, verifyPassword } from './passwords.ts'
import { signInLimits } from './sign-in-limits.ts'
import { hashOf, newToken, readToken } from './tokens.ts'
import { longestPassword } from './users.ts'

const sessionMs = 240 * 60_000

const wrong = (): AtriumError =>
  new AtriumError('Unauthorized', 'E-mail or password is wrong, or the operator is not active.')

export function operatorSessions(parts: Parts): Pick<Operators, 'ofToken' | 'signIn' | 'signOut'> {
  const { database, clock, random } = parts
  const throttle = signInLimits(clock)
  // Compared when there is no such operator, so that the answer takes as long.
  const decoy = hashPassword(new Secret(random.bytes(16).toString('hex')), random)

  return {
    async ofToken(token) {
      const known = readToken(token)
      if (known?.tenant !== systemTenant) return null
      return rows.selectOperatorBySession(database.readsOf(systemTenant), known.hash, isoNow(clock))
    },

    async signIn({ email: typed, password, ip }) {
      const email = typed.trim().toLowerCase()
      throttle.check(email, ip)
      if (password.length > longestPassword) throw wrong()
      const found = await rows.selectOperatorPassword(database.readsOf(systemTenant), email)
      const matches = await verifyPassword(new Secret(password), found?.hash ?? (await decoy))
      if (!found || !matches) {
        throttle.fail(email, ip)
        throw wrong()
      }
      // Guesses sent at once all passed the first check: while others fail, a right one tells nothing either.
      throttle.check(email, ip)
      throttle.succeed(email, ip)
      const token = newToken(systemTenant, random)
      const expiresAt = new Date(clock.now() + sessionMs).toISOString()
      const { uid } = found
      await database.withTenant(systemTenant, async (sql) => {
        const at = isoNow(clock)
        await rows.markOperatorSignIn(sql, uid, at)
        await rows.insertOperatorSession(sql, { hash: hashOf(token), operatorUid: uid, at, expiresAt })
        const about = { kind: 'Session', uid, name: email, message: 'signed in with a password' } as const
        await audit(sql, clock, systemTenant, { type: 'operator', uid, name: email }, { action: 'signIn', ...about })
      })
      return { token: new Secret(token), expiresAt }
    },

    async signOut(token) {
      const known = readToken(token)
      if (known?.tenant !== systemTenant) return
      await database.withTenant(systemTenant, (sql) => rows.deleteOperatorSession(sql, known.hash))
    },
  }
}
