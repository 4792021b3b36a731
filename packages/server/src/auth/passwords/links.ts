import { isoIn, isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { audit } from '../../store/identity/audit.ts'
import { deletePasswordLink, replacePasswordLink, selectPasswordLink } from '../../store/identity/password-links.ts'
import { selectUser } from '../../store/identity/users.ts'
import type { Identity } from '../identity.ts'
import { change, type Parts, userNotFound } from '../parts.ts'
import { providerAlone, usesProviderAlone } from '../sso/linked-users.ts'
import { openTenant } from '../tenants/tenants.ts'
import { hashOf, newToken, readToken } from '../tokens.ts'
import { storePassword } from '../users.ts'
import { hashPassword } from './hash.ts'

/** A secret that sets a password once, and until when (RFC 3339). */
export interface IssuedLink {
  token: Secret<string>
  expiresAt: string
}

/** How long links last, those of operators too. */
export const linkMs = 24 * 60 * 60_000

type Methods = 'createPasswordLink' | 'passwordLink' | 'followPasswordLink'

/** Links by which a user sets a password without knowing one: the first, or in place of one that is forgotten. */
export function passwordLinks(parts: Parts): Pick<Identity, Methods> {
  const { database, clock, random } = parts
  return {
    createPasswordLink: (scope, userUid) =>
      change(parts, scope, async (sql, at) => {
        const { tenant } = scope
        const user = await selectUser(sql, tenant, userUid)
        if (!user) throw userNotFound(userUid)
        if (!user.isActive) {
          throw new AtriumError(
            'InvalidState',
            'The user is disabled, and signs in with no password. Enable them first.',
          )
        }
        if (await usesProviderAlone(sql, tenant, userUid)) throw providerAlone('Their')
        const token = newToken(tenant, random)
        const expiresAt = isoIn(clock, linkMs)
        await replacePasswordLink(sql, tenant, { userUid, hash: hashOf(token), at, expiresAt })
        const message = `made a link that sets the password once, until ${expiresAt}`
        return {
          result: { token: new Secret(token), expiresAt, isFirst: !user.hasPassword },
          entry: { action: 'createPasswordLink', kind: 'User', uid: userUid, name: user.email, message },
        }
      }),

    async passwordLink(token) {
      const known = readToken(token)
      if (!known) return null
      const { tenant, hash } = known
      const link = await selectPasswordLink(database.readsOf(tenant), tenant, hash, isoNow(clock))
      return link && { tenant, userUid: link.userUid, isFirst: !link.hasPassword }
    },

    async followPasswordLink(token, password) {
      const known = readToken(token)
      if (!known) return false
      const { tenant, hash: linkHash } = known
      if (!(await selectPasswordLink(database.readsOf(tenant), tenant, linkHash, isoNow(clock)))) return false
      const hash = await hashPassword(password, random)
      // Before the link is spent: killed in between, it still works.
      await openTenant(parts, tenant)
      return database.withTenant(tenant, async (sql) => {
        const at = isoNow(clock)
        const link = await selectPasswordLink(sql, tenant, linkHash, at)
        const user = link && (await selectUser(sql, tenant, link.userUid))
        // Two at once: the one that deletes the row sets the password.
        if (!user || !(await deletePasswordLink(sql, tenant, linkHash))) return false
        await storePassword(sql, tenant, { uid: user.uid, hash, at })
        const actor = { type: 'user', uid: user.uid, name: user.email } as const
        const message = 'set the password by a link; all sessions ended'
        await audit(sql, clock, tenant, actor, {
          action: 'setPassword',
          kind: 'User',
          uid: user.uid,
          name: user.email,
          message,
        })
        return true
      })
    },
  }
}
