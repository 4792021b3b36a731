import { isoIn, isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { systemTenant } from '@atrium/runtime/store/store.ts'
import { audit } from '../../store/identity/audit.ts'
import * as rows from '../../store/identity/operators.ts'
import type { Parts } from '../parts.ts'
import { passwordProver } from '../passwords/prove-password.ts'
import { hashOf, newToken, readToken } from '../tokens.ts'
import type { Operators } from './operators.ts'

const sessionMs = 240 * 60_000

const wrong = (): AtriumError =>
  new AtriumError('Unauthorized', 'E-mail or password is wrong, or the operator is not active.')

export function operatorSessions(parts: Parts): Pick<Operators, 'ofToken' | 'signIn' | 'signOut'> {
  const { database, clock, random } = parts
  const prove = passwordProver(parts, wrong)

  return {
    async ofToken(token) {
      const known = readToken(token)
      if (known?.tenant !== systemTenant) return null
      return rows.selectOperatorByToken(database.readsOf(systemTenant), known.hash, isoNow(clock))
    },

    async signIn(given) {
      const { uid, email } = await prove(given, (of) => rows.selectOperatorPassword(database.readsOf(systemTenant), of))
      const token = newToken(systemTenant, random)
      const expiresAt = isoIn(clock, sessionMs)
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
