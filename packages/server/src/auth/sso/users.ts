import { newUid } from '@atrium/runtime/base/random.ts'
import type { Sql } from '../../store/database.ts'
import { audit } from '../../store/identity/audit.ts'
import { selectSetting } from '../../store/identity/settings.ts'
import { insertLink, isLinked, selectLinkedUser } from '../../store/identity/sso.ts'
import { countUsers, insertUser, selectUser, selectUserByEmail } from '../../store/identity/users.ts'
import type { User } from '../identity.ts'
import type { Parts } from '../parts.ts'
import { limitIn, limitsName } from '../rights/resource-limits.ts'
import { endFormerWays } from './linked-users.ts'
import type { SsoPerson } from './person.ts'
import { SsoRefusal } from './refusal.ts'
import { ssoActor } from './teams.ts'

/**
 * The user whom an identity provider asserts, in the transaction of the sign-in: the one it was before, else the one with this
 * e-mail, else a new one. Who was somebody is never somebody else later, although an e-mail address may be.
 */
export async function userOf(parts: Parts, sql: Sql, tenant: string, at: string, person: SsoPerson): Promise<User> {
  const linked = await selectLinkedUser(sql, tenant, person)
  const user = linked === null ? await linkUser(parts, sql, tenant, at, person) : await selectUser(sql, tenant, linked)
  if (!user) throw new Error(`the user ${linked} of a link is gone`)
  if (user.isActive) return user
  throw new SsoRefusal('userDisabled', `The user '${user.email}' is not active here. Ask an administrator.`, {
    ...{ who: user.email, code: 'Forbidden' },
  })
}

async function linkUser(parts: Parts, sql: Sql, tenant: string, at: string, person: SsoPerson): Promise<User> {
  const { email, provider } = person
  const present = await selectUserByEmail(sql, tenant, email)
  if (present && (await isLinked(sql, tenant, provider, present.uid))) {
    throw new SsoRefusal(
      'otherPerson',
      `'${email}' was somebody else of your identity provider before. An administrator who knows that it is you deletes that user first.`,
      { who: email, code: 'Forbidden' },
    )
  }
  const user = present ?? (await makeUser(parts, sql, tenant, at, person))
  await insertLink(sql, tenant, person, user.uid, at)
  const ended = present ? await endFormerWays(sql, tenant, user.uid, at) : ''
  await audit(sql, parts.clock, tenant, ssoActor, {
    ...{ action: present ? 'link' : 'create', kind: 'User', uid: user.uid, name: email },
    message: present ? `linked the user to ${provider}${ended}` : `made the user, who signs in by ${provider}`,
  })
  return user
}

async function makeUser(
  { random }: Parts,
  sql: Sql,
  tenant: string,
  at: string,
  { email, firstName, lastName }: SsoPerson,
): Promise<User> {
  const limit = limitIn(await selectSetting(sql, tenant, null, limitsName), 'user')
  if ((await countUsers(sql, tenant)) >= limit) {
    throw new SsoRefusal(
      'tooManyUsers',
      `This organisation has as many users as it may (${limit}). Ask an administrator.`,
      {
        ...{ who: email, code: 'Forbidden' },
      },
    )
  }
  return insertUser(sql, tenant, { uid: newUid(random), email, firstName, lastName, passwordHash: null, at })
}
