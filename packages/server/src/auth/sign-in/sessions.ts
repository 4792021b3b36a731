import { isoIn, isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Sql } from '../../store/database.ts'
import { audit } from '../../store/identity/audit.ts'
import { deleteChallengesOf } from '../../store/identity/challenges.ts'
import {
  type CredentialRow,
  deleteSession,
  deleteSessionNamed,
  deleteSessionsOf,
  insertSession,
  renewSession,
  type SessionOrigin,
  selectBySessionHash,
  selectSessions,
} from '../../store/identity/credentials.ts'
import { selectSetting } from '../../store/identity/settings.ts'
import { lockUser, selectUser } from '../../store/identity/users.ts'
import { lacksFactor } from '../factors/required-factor.ts'
import type { Identity } from '../identity.ts'
import { change, type Parts, userNotFound } from '../parts.ts'
import { providerAlone, usesProviderAlone } from '../sso/linked-users.ts'
import { mustBeActive } from '../tenants/tenants.ts'
import { hashOf, newToken, readToken } from '../tokens.ts'

export const defaultSessionMinutes = 240

async function sessionMinutes(sql: Sql, tenant: string): Promise<number> {
  const settings = await selectSetting(sql, tenant, null, 'authTokenSettings')
  const minutes = settings?.['expiryTimeMinutes']
  return typeof minutes === 'number' && minutes > 0 ? minutes : defaultSessionMinutes
}

/** A token of a session, as from now. */
async function issue({ clock, random }: Pick<Parts, 'clock' | 'random'>, sql: Sql, tenant: string) {
  const token = newToken(tenant, random)
  const expiresAt = isoIn(clock, (await sessionMinutes(sql, tenant)) * 60_000)
  return { token: new Secret(token), hash: hashOf(token), at: isoNow(clock), expiresAt }
}

/** A new session of the user, in the caller's transaction. */
export async function openSession(
  parts: Pick<Parts, 'clock' | 'random'>,
  sql: Sql,
  tenant: string,
  userUid: string,
  origin: SessionOrigin = {},
): Promise<Secret<string>> {
  const { token, ...issued } = await issue(parts, sql, tenant)
  await insertSession(sql, tenant, { ...origin, ...issued, userUid })
  return token
}

/** The hash of a token that is of this tenant; null for any other. */
export const sessionHash = (tenant: string, token: string | null | undefined): Buffer | null => {
  const known = token ? readToken(token) : null
  return known?.tenant === tenant ? known.hash : null
}

const entry = (action: string, { userUid, email }: Pick<CredentialRow, 'userUid' | 'email'>, message: string) =>
  ({ action, kind: 'Session', uid: userUid, name: email, message }) as const

const needsToEnrol = (): AtriumError =>
  new AtriumError(
    'Unauthorized',
    'Your organisation asks for a second factor, and you have none yet. Add one in this session, or sign in again.',
  )

/** Nobody's session by password goes on without the factor that the tenant asks for, or past the tenant's own provider, which asks for its own. */
async function mustGoOn(sql: Sql, tenant: string, userUid: string): Promise<void> {
  if (await lacksFactor(sql, tenant, userUid)) throw needsToEnrol()
  if (await usesProviderAlone(sql, tenant, userUid)) throw providerAlone('Your')
}

type Methods = 'refresh' | 'revokeToken' | 'sessions' | 'endSession' | 'endSessions'

export function sessions(parts: Parts): Pick<Identity, Methods> {
  const { database, clock } = parts
  return {
    async refresh(token) {
      const known = readToken(token)
      if (!known) return null
      const { tenant, hash } = known
      return database.withTenant(tenant, async (sql) => {
        const session = await selectBySessionHash(sql, tenant, hash, isoNow(clock))
        if (!session) return null
        mustBeActive({ name: session.tenantName, state: session.tenantState })
        const { token: renewed, hash: next, ...times } = await issue(parts, sql, tenant)
        const was = await renewSession(sql, tenant, { hash, next, ...times })
        if (!was) return null
        if (!was.isBySso) await mustGoOn(sql, tenant, session.userUid)
        const actor = { type: 'user', uid: session.userUid, name: session.email } as const
        await audit(sql, clock, tenant, actor, entry('refresh', session, 'exchanged a session for a new one'))
        return renewed
      })
    },

    async revokeToken({ tenant, actor }, token) {
      const hash = sessionHash(tenant, token)
      if (!hash) return
      await database.withTenant(tenant, async (sql) => {
        const session = await selectBySessionHash(sql, tenant, hash, isoNow(clock))
        const wasThere = await deleteSession(sql, tenant, hash)
        if (session && wasThere) await audit(sql, clock, tenant, actor, entry('revoke', session, 'ended a session'))
      })
    },

    sessions: ({ tenant, userUid }, token) =>
      database.withTenant(tenant, (sql) =>
        selectSessions(sql, tenant, userUid, { hash: sessionHash(tenant, token), at: isoNow(clock) }),
      ),

    endSession: (scope, userUid, uid) =>
      change(parts, scope, async (sql) => {
        const user = await selectUser(sql, scope.tenant, userUid)
        if (!user || !(await deleteSessionNamed(sql, scope.tenant, userUid, uid))) {
          throw new AtriumError('ResourceNotFound', `Session '${uid}' is not found.`)
        }
        const { email } = user
        return { result: undefined, entry: entry('revoke', { userUid, email }, `ended session ${uid}`) }
      }),

    endSessions: (scope, userUid, keptToken) =>
      change(parts, scope, async (sql) => {
        const found = await lockUser(sql, scope.tenant, userUid)
        if (!found) throw userNotFound(userUid)
        const count = await deleteSessionsOf(sql, scope.tenant, userUid, sessionHash(scope.tenant, keptToken))
        await deleteChallengesOf(sql, scope.tenant, userUid)
        const text = `ended ${count} ${keptToken ? 'other sessions' : 'sessions'}`
        return { result: undefined, entry: entry('revoke', { userUid, email: found.user.email }, text) }
      }),
  }
}
