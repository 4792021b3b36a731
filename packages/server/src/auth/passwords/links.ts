import { isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import { systemTenant } from '@atrium/runtime/store/store.ts'
import type { Sql } from '../../store/database.ts'
import { deleteOperatorSessionsOf, updateOperatorPassword } from '../../store/identity/operators.ts'
import { deletePasswordLink, selectPasswordLink } from '../../store/identity/password-links.ts'
import { selectUser } from '../../store/identity/users.ts'
import type { Identity, User } from '../identity.ts'
import { change, type Parts, userNotFound } from '../parts.ts'
import { providerAlone, usesProviderAlone } from '../sso/linked-users.ts'
import { openTenant } from '../tenants/tenants.ts'
import { readToken } from '../tokens.ts'
import { storePassword } from '../users.ts'
import { hashPassword } from './hash.ts'
import { issueLink } from './issue-link.ts'

/** Whom a link is for: `organization` is the name of a user's tenant, '' for an operator. */
export interface LinkHolder {
  /** Their password is held to this tenant's rules. */
  tenant: string
  email: string
  organization: string
  /** They have no password yet. */
  isFirst: boolean
}

/** Passwords that people set by a link, without knowing one: the first, or in place of one that is forgotten. */
export interface Links {
  /** Throws `noLink` for one that is not good. */
  find(token: string): Promise<LinkHolder>
  /** Sets the password that the link is for; a tenant that waited for it is open. Throws as `find`. */
  use(token: string, password: Secret<string>): Promise<LinkHolder>
}

export const noLink = (): AtriumError =>
  new AtriumError(
    'Unauthorized',
    'The link is not good (any more): it works once and for a day, and a newer one takes its place. Ask for a new one.',
  )

/** The user, if a password set by a link would let them in. Throws what tells why not. */
export async function userForLink(sql: Sql, tenant: string, userUid: string): Promise<User> {
  const user = await selectUser(sql, tenant, userUid)
  if (!user) throw userNotFound(userUid)
  if (!user.isActive) {
    throw new AtriumError('InvalidState', 'The user is disabled, and signs in with no password. Enable them first.')
  }
  if (await usesProviderAlone(sql, tenant, userUid)) throw providerAlone('Their')
  return user
}

export const userLinks = (parts: Parts): Pick<Identity, 'createPasswordLink'> => ({
  createPasswordLink: (scope, userUid) =>
    change(parts, scope, async (sql) => {
      const { tenant } = scope
      const user = await userForLink(sql, tenant, userUid)
      const result = await issueLink(parts, sql, tenant, userUid)
      const message = `made a link that sets the password once, until ${result.expiresAt}`
      return { result, entry: { action: 'createPasswordLink', kind: 'User', uid: userUid, name: user.email, message } }
    }),
})

/** What setting a password by a link is, for each sort of people. */
const sorts = {
  user: { kind: 'User', store: storePassword },
  operator: {
    kind: 'Operator',
    store: async (sql: Sql, _tenant: string, { uid, hash, at }: { uid: string; hash: string; at: string }) => {
      await updateOperatorPassword(sql, { uid, hash, at })
      await deleteOperatorSessionsOf(sql, uid)
    },
  },
} as const

export function links(parts: Parts): Links {
  const { database, clock, random, system } = parts
  const nameOf = async (tenant: string): Promise<string> => (await system.tenant(tenant))?.name ?? ''
  const find = async (token: string) => {
    const known = readToken(token)
    if (!known) throw noLink()
    const { tenant, hash } = known
    const row = await selectPasswordLink(database.readsOf(tenant), tenant, hash, isoNow(clock))
    if (!row) throw noLink()
    const { uid, email, hasPassword } = row
    return { hash, uid, holder: { tenant, email, organization: await nameOf(tenant), isFirst: !hasPassword } }
  }
  return {
    find: async (token) => (await find(token)).holder,

    async use(token, password) {
      const { hash: linkHash, uid, holder } = await find(token)
      const type = holder.tenant === systemTenant ? 'operator' : 'user'
      const { kind, store } = sorts[type]
      const { tenant, email: name } = holder
      const hash = await hashPassword(password, random)
      // Before the link is spent: killed in between, it still works.
      await openTenant(parts, tenant)
      await change(parts, { tenant, actor: { type, uid, name } }, async (sql, at) => {
        const isGood = (await selectPasswordLink(sql, tenant, linkHash, at)) !== null
        // Two at once: the one that deletes the row sets the password.
        if (!isGood || !(await deletePasswordLink(sql, tenant, linkHash))) throw noLink()
        await store(sql, tenant, { uid, hash, at })
        const message = 'set the password by a link; all sessions ended'
        return { result: undefined, entry: { action: 'setPassword', kind, uid, name, message } }
      })
      return holder
    },
  }
}
