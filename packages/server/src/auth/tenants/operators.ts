import type { OperatorRole } from '@atrium/api/permissions/operators.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { newUid } from '@atrium/runtime/base/random.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import { type Actor, systemTenant } from '@atrium/runtime/store/store.ts'
import type { Sql } from '../../store/database.ts'
import { deleteOperatorKeysOf } from '../../store/identity/operator-keys.ts'
import * as rows from '../../store/identity/operators.ts'
import { deletePasswordLinksOf } from '../../store/identity/password-links.ts'
import { change, type Parts, unique } from '../parts.ts'
import { hashPassword } from '../passwords/hash.ts'
import { type IssuedLink, issueLink } from '../passwords/issue-link.ts'
import type { PasswordTry } from '../passwords/prove-password.ts'
import { checkEmail, checkLength } from '../users.ts'
import { type OperatorKeys, operatorKeys } from './operator-keys.ts'
import { operatorSessions } from './operator-sessions.ts'

export type { Operator } from '../../store/identity/operators.ts'

type Operator = rows.Operator

export interface NewOperator {
  email: string
  firstName: string
  lastName: string
  role: OperatorRole
}
export type OperatorPatch = Partial<Pick<Operator, 'firstName' | 'lastName' | 'role' | 'isActive'>>

/** Who runs the installation, apart from every tenant. Every change is audited for the installation. */
export interface Operators extends OperatorKeys {
  /** Null when the token is of no session and no key that is valid now. `key`: its name; null of a session. */
  ofToken(token: string): Promise<{ operator: Operator; key: string | null } | null>
  /** Throttled and refused as a user's sign-in is. `expiresAt` is RFC 3339. */
  signIn(given: PasswordTry): Promise<{ token: Secret<string>; expiresAt: string }>
  signOut(token: string): Promise<void>
  /** Throttled and refused as `signIn`. Their sessions end but that of `keptToken`, and so does their link. */
  changePassword(present: PasswordTry, password: Secret<string>, keptToken: string): Promise<void>
  list(): Promise<Operator[]>
  /** They set their password by the link. */
  create(actor: Actor, operator: NewOperator): Promise<{ operator: Operator; link: IssuedLink }>
  update(actor: Actor, uid: string, patch: OperatorPatch): Promise<void>
  delete(actor: Actor, uid: string): Promise<void>
  /** A new link to set the password by; the former one is void. */
  issueLink(actor: Actor, uid: string): Promise<IssuedLink>
  /** Makes a root administrator with this password where there is no operator yet. False when there was one. */
  ensureFirst(actor: Actor, email: string, password: Secret<string>): Promise<boolean>
}

const entry = (action: string, operator: Pick<Operator, 'uid' | 'email'>, message: string) =>
  ({ action, kind: 'Operator', uid: operator.uid, name: operator.email, message }) as const

const find = (operators: readonly Operator[], uid: string): Operator => {
  const operator = operators.find((one) => one.uid === uid)
  if (!operator) throw new AtriumError('ResourceNotFound', `Operator '${uid}' is not found.`)
  return operator
}

/** The operator, if a password set by a link would let them in. Throws what tells why not. */
export async function operatorForLink(sql: Sql, uid: string): Promise<Operator> {
  const operator = find(await rows.lockOperators(sql), uid)
  if (operator.isActive) return operator
  throw new AtriumError('InvalidState', 'The operator is not active, and signs in with no password. Enable them first.')
}

/** Whoever is left can still make operators. */
function mustKeepRoot(operators: readonly Operator[]): void {
  if (operators.some(({ role, isActive }) => role === 'RootAdmin' && isActive)) return
  throw new AtriumError('InvalidState', 'This is the last active RootAdmin. Give another operator that role first.')
}

export function operators(parts: Parts): Operators {
  const { database, random } = parts
  const changeOf = <T>(actor: Actor, work: Parameters<typeof change<T>>[2]): Promise<T> =>
    change<T>(parts, { tenant: systemTenant, actor }, work)
  const insert = async (sql: Sql, at: string, operator: NewOperator, passwordHash: string | null): Promise<Operator> =>
    rows.insertOperator(sql, { ...operator, uid: newUid(random), passwordHash, at })

  return {
    ...operatorSessions(parts),
    ...operatorKeys(parts),

    list: () => database.withTenant(systemTenant, rows.selectOperators),

    create(actor, operator) {
      const email = checkEmail(operator.email, 'email')
      return unique(`An operator with the e-mail '${email}' exists already.`, 'email', () =>
        changeOf(actor, async (sql, at) => {
          const made = await insert(sql, at, { ...operator, email }, null)
          const result = { operator: made, link: await issueLink(parts, sql, systemTenant, made.uid) }
          return { result, entry: entry('create', made, `made an operator: ${made.role}`) }
        }),
      )
    },

    update: (actor, uid, patch) =>
      changeOf(actor, async (sql, at) => {
        const all = await rows.lockOperators(sql)
        const next = { ...find(all, uid), ...patch }
        mustKeepRoot(all.map((one) => (one.uid === uid ? next : one)))
        await rows.updateOperator(sql, next, at)
        if (!next.isActive) {
          await rows.deleteOperatorSessionsOf(sql, uid)
          await deletePasswordLinksOf(sql, systemTenant, uid)
          await deleteOperatorKeysOf(sql, uid)
        }
        const message = `changed the operator: ${next.role}, ${next.isActive ? 'active' : 'not active'}`
        return { result: undefined, entry: entry('update', next, message) }
      }),

    delete: (actor, uid) =>
      changeOf(actor, async (sql) => {
        const all = await rows.lockOperators(sql)
        const gone = find(all, uid)
        mustKeepRoot(all.filter((one) => one !== gone))
        await rows.deleteOperator(sql, uid)
        return { result: undefined, entry: entry('delete', gone, 'deleted the operator, their sessions and keys') }
      }),

    issueLink: (actor, uid) =>
      changeOf(actor, async (sql) => {
        const operator = await operatorForLink(sql, uid)
        return {
          result: await issueLink(parts, sql, systemTenant, uid),
          entry: entry('invite', operator, 'issued a link to set a password'),
        }
      }),

    async ensureFirst(actor, typed, password) {
      const email = checkEmail(typed, 'email')
      checkLength(password)
      const hash = await hashPassword(password, random)
      if ((await database.withTenant(systemTenant, rows.selectOperators)).length > 0) return false
      const first = { email, firstName: 'First', lastName: 'Operator', role: 'RootAdmin' } as const
      return changeOf(actor, async (sql, at) => {
        const made = await insert(sql, at, first, hash)
        return { result: true, entry: entry('create', made, 'made the first operator') }
      })
    },
  }
}
