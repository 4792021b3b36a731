import { isoIn, isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { systemTenant } from '@atrium/runtime/store/store.ts'
import * as rows from '../../store/identity/operators.ts'
import { deletePasswordLinksOf } from '../../store/identity/password-links.ts'
import { change, type Parts } from '../parts.ts'
import { hashPassword } from '../passwords/hash.ts'
import { type PasswordTry, passwordProver } from '../passwords/prove-password.ts'
import { hashOf, newToken, readToken } from '../tokens.ts'
import { checkLength } from '../users.ts'
import type { Operators } from './operators.ts'

const sessionMs = 240 * 60_000

const wrong = (): AtriumError =>
  new AtriumError('Unauthorized', 'E-mail or password is wrong, or the operator is not active.')

export function operatorSessions(parts: Parts): Pick<Operators, 'ofToken' | 'signIn' | 'signOut' | 'changePassword'> {
  const { database, clock, random } = parts
  const prove = passwordProver(parts, wrong)
  const find = async (given: PasswordTry) => {
    const found = await prove(given, (email) => rows.selectOperatorPassword(database.readsOf(systemTenant), email))
    const { uid, email: name } = found
    return { ...found, own: { tenant: systemTenant, actor: { type: 'operator', uid, name } } as const }
  }

  return {
    async ofToken(token) {
      const known = readToken(token)
      if (known?.tenant !== systemTenant) return null
      return rows.selectOperatorByToken(database.readsOf(systemTenant), known.hash, isoNow(clock))
    },

    async signIn(given) {
      const { uid, email, hash, own } = await find(given)
      const token = newToken(systemTenant, random)
      const expiresAt = isoIn(clock, sessionMs)
      await change(parts, own, async (sql, at) => {
        if (!(await rows.markOperatorSignIn(sql, { uid, hash, at }))) throw wrong()
        await rows.insertOperatorSession(sql, { hash: hashOf(token), operatorUid: uid, at, expiresAt })
        const message = 'signed in with a password'
        return { result: undefined, entry: { action: 'signIn', kind: 'Session', uid, name: email, message } }
      })
      return { token: new Secret(token), expiresAt }
    },

    async changePassword(present, password, keptToken) {
      checkLength(password)
      const { uid, email, hash: proven, own } = await find(present)
      const hash = await hashPassword(password, random)
      await change(parts, own, async (sql, at) => {
        if (!(await rows.updateOperatorPassword(sql, { uid, hash, at, proven }))) throw wrong()
        await rows.deleteOperatorSessionsOf(sql, uid, hashOf(keptToken))
        await deletePasswordLinksOf(sql, systemTenant, uid)
        const message = 'set the password; other sessions ended'
        return { result: undefined, entry: { action: 'setPassword', kind: 'Operator', uid, name: email, message } }
      })
    },

    async signOut(token) {
      const known = readToken(token)
      if (known?.tenant !== systemTenant) return
      await database.withTenant(systemTenant, (sql) => rows.deleteOperatorSession(sql, known.hash))
    },
  }
}
