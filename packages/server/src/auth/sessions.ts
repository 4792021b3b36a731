import { isoNow } from '@atrium/runtime/base/clock.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Sql } from '../store/database.ts'
import { audit } from '../store/identity/audit.ts'
import { type CredentialRow, deleteSession, insertSession, selectBySessionHash } from '../store/identity/credentials.ts'
import { selectSetting } from '../store/identity/settings.ts'
import type { Identity } from './identity.ts'
import type { Parts } from './parts.ts'
import { hashOf, newToken, readToken } from './tokens.ts'

const defaultSessionMinutes = 240

async function sessionMinutes(sql: Sql, tenant: string): Promise<number> {
  const settings = await selectSetting(sql, tenant, null, 'authTokenSettings')
  const minutes = settings?.['expiryTimeMinutes']
  return typeof minutes === 'number' && minutes > 0 ? minutes : defaultSessionMinutes
}

/** A new session of the user, in the caller's transaction. */
export async function openSession(parts: Parts, sql: Sql, tenant: string, userUid: string): Promise<Secret<string>> {
  const { clock, random } = parts
  const token = newToken(tenant, random)
  const expiresAt = new Date(clock.now() + (await sessionMinutes(sql, tenant)) * 60_000).toISOString()
  await insertSession(sql, tenant, { hash: hashOf(token), userUid, at: isoNow(clock), expiresAt })
  return new Secret(token)
}

const entry = (action: string, { userUid, email }: CredentialRow, message: string) =>
  ({ action, kind: 'Session', uid: userUid, name: email, message }) as const

export function sessions(parts: Parts): Pick<Identity, 'refresh' | 'revokeToken'> {
  const { database, clock } = parts
  return {
    async refresh(token) {
      const known = readToken(token)
      if (!known) return null
      const { tenant, hash } = known
      return database.withTenant(tenant, async (sql) => {
        const session = await selectBySessionHash(sql, tenant, hash, isoNow(clock))
        // Two refreshes at once: the one that deletes the row wins.
        if (!session || !(await deleteSession(sql, tenant, hash))) return null
        const actor = { type: 'user', uid: session.userUid, name: session.email } as const
        await audit(sql, clock, tenant, actor, entry('refresh', session, 'exchanged a session for a new one'))
        return openSession(parts, sql, tenant, session.userUid)
      })
    },

    async revokeToken({ tenant, actor }, token) {
      const known = readToken(token)
      if (known?.tenant !== tenant) return
      await database.withTenant(tenant, async (sql) => {
        const session = await selectBySessionHash(sql, tenant, known.hash, isoNow(clock))
        const wasThere = await deleteSession(sql, tenant, known.hash)
        if (session && wasThere) await audit(sql, clock, tenant, actor, entry('revoke', session, 'ended a session'))
      })
    },
  }
}
