import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { newUid } from '@atrium/runtime/base/random.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import type { Sql } from '../store/database.ts'
import { deletePasswordLinksOf } from '../store/identity/password-links.ts'
import { insertMembers } from '../store/identity/teams.ts'
import * as rows from '../store/identity/users.ts'
import type { Identity, User } from './identity.ts'
import { mailLink } from './mail/mail-link.ts'
import { change, type Parts, unique, userNotFound } from './parts.ts'
import { hashPassword } from './passwords/hash.ts'
import { endAccess } from './sign-in/end-access.ts'
import { sessionHash } from './sign-in/sessions.ts'
import { providerAlone, usesProviderAlone } from './sso/linked-users.ts'

/** Hold for every tenant; its policy may ask for more. */
export const shortestPassword = 6
export const longestPassword = 1024
/** With its domain. No character that is not seen: two that look the same would be two people. */
export const emailForm = /^[^\s@\p{Cc}\p{Cf}]+@([^\s@\p{Cc}\p{Cf}]+)$/u
/** As names of objects are. */
const longestName = 253

/** An e-mail as it is compared: an é is one letter, however it was typed. */
export const foldEmail = (email: string): string => email.trim().normalize('NFC').toLowerCase()

/** The e-mail as it is stored, or `InvalidRequest`. */
export function checkEmail(email: string, field = 'spec.emailId'): string {
  const clean = foldEmail(email)
  if (clean.length <= 254 && emailForm.test(clean)) return clean
  throw new AtriumError('InvalidRequest', `${field}: '${clean.slice(0, 60)}' is not an e-mail address.`, {
    details: { field },
  })
}

/** Names of a person by the fields they came in: they stand in lists and on terminals. Throws `InvalidRequest`. */
export function checkNames(names: Record<string, string>): void {
  for (const [field, name] of Object.entries(names)) {
    if (name.length <= longestName && !/\p{Cc}/u.test(name)) continue
    const text = `${field}: has at most ${longestName} characters, and no control characters.`
    throw new AtriumError('InvalidRequest', text, { details: { field } })
  }
}

const namesOf = ({ firstName = '', lastName = '' }: Partial<Pick<User, 'firstName' | 'lastName'>>) => ({
  'spec.firstName': firstName,
  'spec.lastName': lastName,
})

/** The length every password has, whatever its tenant asks besides (`problemOfPassword`). */
export function checkLength(password: Secret<string>): void {
  const { length } = password.reveal()
  if (length >= shortestPassword && length <= longestPassword) return
  throw new AtriumError(
    'InvalidRequest',
    `password: needs between ${shortestPassword} and ${longestPassword} characters.`,
    { details: { field: 'password' } },
  )
}

async function required(sql: Sql, tenant: string, uid: string): Promise<User> {
  const user = await rows.selectUser(sql, tenant, uid)
  if (!user) throw userNotFound(uid)
  return user
}

const entry = (action: string, user: User, message: string) =>
  ({ action, kind: 'User', uid: user.uid, name: user.email, message }) as const

/** Writes a password that was set, and ends what was opened, or begun, with the former one. */
export async function storePassword(
  sql: Sql,
  tenant: string,
  { uid, hash, at, kept = null }: { uid: string; hash: string; at: string; kept?: Buffer | null },
): Promise<void> {
  await rows.updatePassword(sql, tenant, uid, hash, at)
  await endAccess(sql, tenant, uid, kept)
}

const changedMeanwhile = (): AtriumError =>
  new AtriumError('Unauthorized', 'The password was changed at the same moment. Try again with the one that it is now.')

const duplicate = (email: string): string => `A user with the e-mail '${email}' exists already.`

export function users(
  parts: Parts,
): Pick<Identity, 'createUser' | 'getUser' | 'listUsers' | 'countUsers' | 'updateUser' | 'setPassword' | 'deleteUser'> {
  const { database, random } = parts
  return {
    async createUser(scope, user) {
      const email = checkEmail(user.email)
      checkNames(namesOf(user))
      if (user.password) checkLength(user.password)
      const passwordHash = user.password ? await hashPassword(user.password, random) : null
      const { firstName, lastName, teams = [], isInvited = false } = user
      return unique(duplicate(email), 'spec.emailId', () =>
        change(parts, scope, async (sql, at) => {
          const values = { uid: newUid(random), email, firstName, lastName, passwordHash, at }
          const result = await rows.insertUser(sql, scope.tenant, values)
          await insertMembers(sql, scope.tenant, teams, [result.uid])
          if (!isInvited) return { result, entry: entry('create', result, 'created the user') }
          await mailLink(parts, sql, scope.tenant, result, { purpose: 'invited', causedBy: scope.actor.name })
          const message = 'created the user, and sends them a link that sets their first password'
          return { result, entry: entry('create', result, message) }
        }),
      )
    },

    getUser: (tenant, uid) => rows.selectUser(database.readsOf(tenant), tenant, uid),

    listUsers: (tenant, wanted) => rows.selectUsers(database.readsOf(tenant), tenant, wanted),

    countUsers: (tenant) => rows.countUsers(database.readsOf(tenant), tenant),

    updateUser: (scope, uid, patch) =>
      unique(duplicate(patch.email ?? ''), 'spec.emailId', () =>
        change(parts, scope, async (sql, at) => {
          const known = await required(sql, scope.tenant, uid)
          checkNames(namesOf(patch))
          const email = patch.email === undefined ? known.email : checkEmail(patch.email)
          const result = { ...known, ...patch, email }
          await rows.updateUser(sql, scope.tenant, result, at)
          if (!result.isActive) await endAccess(sql, scope.tenant, uid)
          // It was handed to whoever had the former address.
          if (email !== known.email) await deletePasswordLinksOf(sql, scope.tenant, uid)
          return { result, entry: entry('update', result, 'changed the user') }
        }),
      ),

    async setPassword(scope, uid, password, own) {
      checkLength(password)
      const hash = await hashPassword(password, random)
      await change(parts, scope, async (sql, at) => {
        const found = await rows.lockUser(sql, scope.tenant, uid)
        if (!found) throw userNotFound(uid)
        if (own && own.proven.passwordHash !== found.passwordHash) throw changedMeanwhile()
        if (!own && (await usesProviderAlone(sql, scope.tenant, uid))) throw providerAlone('Their')
        await storePassword(sql, scope.tenant, { uid, hash, at, kept: sessionHash(scope.tenant, own?.keptToken) })
        const ended = own?.keptToken ? 'other sessions ended' : 'all sessions ended'
        return { result: undefined, entry: entry('setPassword', found.user, `set the password; ${ended}`) }
      })
    },

    deleteUser: (scope, uid) =>
      change(parts, scope, async (sql) => {
        const user = await required(sql, scope.tenant, uid)
        await rows.deleteUser(sql, scope.tenant, uid)
        return { result: undefined, entry: entry('delete', user, 'deleted the user, its keys, sessions and roles') }
      }),
  }
}
