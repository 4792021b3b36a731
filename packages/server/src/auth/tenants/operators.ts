import type { OperatorRole } from '@atrium/api/permissions/operators.ts'
import { isoIn, isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { newUid } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { type Actor, systemTenant } from '@atrium/runtime/store/store.ts'
import type { Sql } from '../../store/database.ts'
import { audit } from '../../store/identity/audit.ts'
import { deleteOperatorKeysOf } from '../../store/identity/operator-keys.ts'
import * as rows from '../../store/identity/operators.ts'
import { change, type Parts, unique } from '../parts.ts'
import { hashPassword } from '../passwords/hash.ts'
import { type IssuedLink, linkMs } from '../passwords/links.ts'
import { hashOf, newToken } from '../tokens.ts'
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
  signIn(input: { email: string; password: string; ip: string }): Promise<{ token: Secret<string>; expiresAt: string }>
  signOut(token: string): Promise<void>
  list(): Promise<Operator[]>
  /** They set their password by the link. */
  create(actor: Actor, operator: NewOperator): Promise<{ operator: Operator; link: IssuedLink }>
  update(actor: Actor, uid: string, patch: OperatorPatch): Promise<void>
  delete(actor: Actor, uid: string): Promise<void>
  /** A new link to set the password by; the former one is void. */
  issueLink(actor: Actor, uid: string): Promise<IssuedLink>
  /** Whether the link is good. */
  hasLink(hash: Buffer): Promise<boolean>
  /** Sets the password that the link is for; null when it is not good (any more). */
  followLink(hash: Buffer, password: Secret<string>): Promise<Operator | null>
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

/** Whoever is left can still make operators. */
function mustKeepRoot(operators: readonly Operator[]): void {
  if (operators.some(({ role, isActive }) => role === 'RootAdmin' && isActive)) return
  throw new AtriumError('InvalidState', 'This is the last active RootAdmin. Give another operator that role first.')
}

export function operators(parts: Parts): Operators {
  const { database, clock, random } = parts
  const changeOf = <T>(actor: Actor, work: Parameters<typeof change<T>>[2]): Promise<T> =>
    change<T>(parts, { tenant: systemTenant, actor }, work)
  const insert = async (sql: Sql, at: string, operator: NewOperator, passwordHash: string | null): Promise<Operator> =>
    rows.insertOperator(sql, { ...operator, uid: newUid(random), passwordHash, at })
  const newLink = async (sql: Sql, operatorUid: string, at: string): Promise<IssuedLink> => {
    const token = newToken(systemTenant, random)
    const expiresAt = isoIn(clock, linkMs)
    await rows.replaceOperatorLink(sql, { operatorUid, hash: hashOf(token), at, expiresAt })
    return { token: new Secret(token), expiresAt }
  }

  return {
    ...operatorSessions(parts),
    ...operatorKeys(parts),

    list: () => database.withTenant(systemTenant, rows.selectOperators),

    create(actor, operator) {
      const email = checkEmail(operator.email, 'email')
      return unique(`An operator with the e-mail '${email}' exists already.`, 'email', () =>
        changeOf(actor, async (sql, at) => {
          const made = await insert(sql, at, { ...operator, email }, null)
          const result = { operator: made, link: await newLink(sql, made.uid, at) }
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
          await rows.deleteOperatorLink(sql, uid)
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
      changeOf(actor, async (sql, at) => {
        const operator = find(await rows.lockOperators(sql), uid)
        if (!operator.isActive) {
          throw new AtriumError(
            'InvalidState',
            'The operator is not active, and signs in with no password. Enable them first.',
          )
        }
        return {
          result: await newLink(sql, uid, at),
          entry: entry('invite', operator, 'issued a link to set a password'),
        }
      }),

    hasLink: (hash) => rows.hasOperatorLink(database.readsOf(systemTenant), hash, isoNow(clock)),

    async followLink(linkHash, password) {
      const hash = await hashPassword(password, random)
      return database.withTenant(systemTenant, async (sql) => {
        const at = isoNow(clock)
        const uid = await rows.takeOperatorLink(sql, linkHash, at)
        if (uid === null) return null
        const operator = find(await rows.lockOperators(sql), uid)
        await rows.updateOperatorPassword(sql, uid, hash, at)
        await rows.deleteOperatorSessionsOf(sql, uid)
        const actor = { type: 'operator', uid, name: operator.email } as const
        const message = 'set the password by a link; all sessions ended'
        await audit(sql, clock, systemTenant, actor, entry('setPassword', operator, message))
        return operator
      })
    },

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
