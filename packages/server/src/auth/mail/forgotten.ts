import { isoIn } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { newUid } from '@atrium/runtime/base/random.ts'
import { systemActor } from '@atrium/runtime/controller/actor.ts'
import { systemTenant } from '@atrium/runtime/store/store.ts'
import type { Sql } from '../../store/database.ts'
import { audit, type IdentityAudit } from '../../store/identity/audit.ts'
import { deleteMail, type QuestionPurpose, type SealedMailRow } from '../../store/identity/mails.ts'
import { lockOperators } from '../../store/identity/operators.ts'
import { hasLinkSince } from '../../store/identity/password-links.ts'
import { lockUser, selectTenantsOfEmail, selectUserByEmail } from '../../store/identity/users.ts'
import type { Parts } from '../parts.ts'
import { signInLimits } from '../sign-in/sign-in-limits.ts'
import { usesProviderAlone } from '../sso/linked-users.ts'
import { checkEmail } from '../users.ts'
import { mailLink, queueMail } from './mail-link.ts'

/** An e-mail in more organisations than these gets mail of the first of them. */
const mostTenants = 20
/** Asked for again so soon, the link that was made is the one: else strangers would void it, and fill a mailbox. */
const againAfterMs = 5 * 60_000

const actor = systemActor('mail')

const tooOften = (waitMs: number): AtriumError => {
  const retryAfterSeconds = Math.ceil(waitMs / 1000)
  const text = `A link was asked for too often. Try again in ${retryAfterSeconds} s; look at the mails that came, too.`
  return new AtriumError('TooManyRequests', text, { details: { retryAfterSeconds } })
}

type Found = Pick<IdentityAudit, 'kind' | 'uid'> & { email: string }

/**
 * Links for people who forgot their password. To ask is to leave a question in the database, the same for every address; whose it is
 * is looked up later, where nobody who asked can measure it.
 */
export function forgotten(parts: Parts) {
  const { database, clock, random, system } = parts
  const limits = { findUser: signInLimits(clock, tooOften), findOperator: signInLimits(clock, tooOften) }

  const queue = async (sql: Sql, tenant: string, found: Found, causedBy: string): Promise<void> => {
    const { uid, email, kind } = found
    if (await hasLinkSince(sql, tenant, uid, isoIn(clock, -againAfterMs))) return
    const { expiresAt } = await mailLink(parts, sql, tenant, found, { purpose: 'asked', causedBy })
    const message = `sends a link that sets the password once, until ${expiresAt}: somebody at ${causedBy} asked for it`
    await audit(sql, clock, tenant, actor, { action: 'mailPasswordLink', kind, uid, name: email, message })
  }
  const forUser = async (tenant: string, { recipient, causedBy }: SealedMailRow): Promise<void> => {
    if ((await system.tenant(tenant))?.state !== 'Active') return
    await database.withTenant(tenant, async (sql) => {
      const known = await selectUserByEmail(sql, tenant, recipient)
      const user = known && (await lockUser(sql, tenant, known.uid))?.user
      if (!user?.isActive || user.email !== recipient || (await usesProviderAlone(sql, tenant, user.uid))) return
      await queue(sql, tenant, { kind: 'User', ...user }, causedBy)
    })
  }
  const forOperator = ({ recipient, causedBy }: SealedMailRow): Promise<void> =>
    database.withTenant(systemTenant, async (sql) => {
      const operator = (await lockOperators(sql)).find(({ email }) => email === recipient)
      if (operator?.isActive) await queue(sql, systemTenant, { kind: 'Operator', ...operator }, causedBy)
    })

  return {
    /** Throws `TooManyRequests` when it is asked for too often, whoever has the address. */
    ask: async (purpose: QuestionPurpose, typed: string, ip: string): Promise<void> => {
      const recipient = checkEmail(typed, 'emailId')
      limits[purpose].check(recipient, ip)
      limits[purpose].fail(recipient, ip)
      const question = { uid: newUid(random), purpose, recipient, causedBy: ip, sealed: null }
      await database.withTenant(systemTenant, (sql) => queueMail(parts, sql, systemTenant, question))
    },

    /** Queues a mail for everybody the address is of, then forgets the question: cut short, it is answered once more. */
    answer: async (question: SealedMailRow): Promise<void> => {
      if (question.purpose === 'findOperator') await forOperator(question)
      else {
        const tenants = await database.asSystem((sql) => selectTenantsOfEmail(sql, question.recipient, mostTenants))
        for (const tenant of tenants) await forUser(tenant, question)
      }
      await database.withTenant(systemTenant, (sql) => deleteMail(sql, systemTenant, question.uid))
    },
  }
}
