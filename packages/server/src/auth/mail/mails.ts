import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { type Actor, systemTenant } from '@atrium/runtime/store/store.ts'
import type { MailServer } from '../../mail/mailer.ts'
import type { Sql } from '../../store/database.ts'
import { countMails, type MailCounts, type MailRow, selectMails } from '../../store/identity/mails.ts'
import type { Scope, User } from '../identity.ts'
import { change, type Parts } from '../parts.ts'
import { userForLink } from '../passwords/links.ts'
import { operatorForLink } from '../tenants/operators.ts'
import { forgotten } from './forgotten.ts'
import { mailLink } from './mail-link.ts'
import { type MailSettings, mailSettings } from './settings.ts'

/** Mail of the installation: who sends it, and what is to be sent. */
export interface Mails {
  /** Null = no mail is sent. */
  settings(): Promise<MailSettings | null>
  /** With the password that is stored where none is given. Throws `InvalidRequest` where that is another login's. */
  complete(given: MailServer): Promise<MailServer>
  /** Null = no mail is sent from now on. */
  putServer(actor: Actor, server: MailServer | null): Promise<void>
  /** What waits and what was given up in the last week, of every tenant, newest first. */
  list(limit: number): Promise<MailRow[]>
  counts(): Promise<MailCounts>
  /** A link to set the password by, for whoever has the address: a user of any tenant, or an operator. As below, `InvalidState` where no mail is sent. */
  askForLink(sort: 'user' | 'operator', email: string, ip: string): Promise<void>
  /** A link to set the password by goes to a user; the former one is void. */
  linkToUser(scope: Scope, userUid: string): Promise<void>
  linkToOperator(actor: Actor, uid: string): Promise<void>
}

type Person = Pick<User, 'uid' | 'email' | 'hasPassword'>

export function mails(parts: Parts): Mails {
  const { database } = parts
  const { settings, complete, put } = mailSettings(parts)
  const { ask } = forgotten(parts)
  const mustBeSet = async (): Promise<void> => {
    if ((await settings()) !== null) return
    const text =
      'This sends a mail, and the installation has no mail server. Its operator sets one: PUT /v1/system/config/smtp. Without it an administrator makes a link and hands it over: POST /atrium/v1/users/{uid}/passwordLink.'
    throw new AtriumError('InvalidState', text)
  }
  const linkTo = async (
    scope: Scope,
    kind: 'User' | 'Operator',
    find: (sql: Sql) => Promise<Person>,
  ): Promise<void> => {
    await mustBeSet()
    await change(parts, scope, async (sql) => {
      const person = await find(sql)
      const { uid, email: name, hasPassword } = person
      const why = { purpose: hasPassword ? 'reset' : 'invited', causedBy: scope.actor.name } as const
      const { expiresAt } = await mailLink(parts, sql, scope.tenant, person, why)
      const message = `sends a link that sets the password once, until ${expiresAt}`
      return { result: undefined, entry: { action: 'mailPasswordLink', kind, uid, name, message } }
    })
  }

  return {
    settings,
    complete,
    putServer: put,

    list: (limit) => selectMails(database.systemReads, limit),

    counts: () => countMails(database.systemReads),

    async askForLink(sort, email, ip) {
      await mustBeSet()
      await ask(sort === 'user' ? 'findUser' : 'findOperator', email, ip)
    },

    linkToUser: (scope, userUid) => linkTo(scope, 'User', (sql) => userForLink(sql, scope.tenant, userUid)),

    linkToOperator: (actor, uid) =>
      linkTo({ tenant: systemTenant, actor }, 'Operator', (sql) => operatorForLink(sql, uid)),
  }
}
