import { isoNow } from '@atrium/runtime/base/clock.ts'
import { systemTenant } from '@atrium/runtime/store/store.ts'
import type { Outbox, Taken } from '../../mail/outbox.ts'
import {
  deleteMail,
  isQuestion,
  type LinkPurpose,
  markMailFailed,
  type SealedMailRow,
  selectMail,
} from '../../store/identity/mails.ts'
import { selectPasswordLink } from '../../store/identity/password-links.ts'
import type { Parts } from '../parts.ts'
import { linkUrl } from '../passwords/issue-link.ts'
import { hashOf } from '../tokens.ts'
import { forgotten } from './forgotten.ts'
import { letterOf } from './letter.ts'
import { openMailLink } from './mail-link.ts'
import { mailSettings } from './settings.ts'

/** `publicUrl`: where links lead; without it none is sent. */
export function createOutbox(parts: Parts, publicUrl: string | null): Outbox {
  const { database, clock, system } = parts
  const { server } = mailSettings(parts)
  const { answer } = forgotten(parts)
  const forget = (tenant: string, uid: string): Promise<void> =>
    database.withTenant(tenant, (sql) => deleteMail(sql, tenant, uid))
  /** '' for operators; null for a tenant that is closed, where no link opens anything. */
  const organizationOf = async (tenant: string): Promise<string | null> => {
    if (tenant === systemTenant) return ''
    const found = await system.tenant(tenant)
    return found?.state === 'Active' || found?.state === 'Pending' ? found.name : null
  }

  /** Null when the link sets nothing any more. */
  const compose = async (
    row: SealedMailRow,
    purpose: LinkPurpose,
  ): Promise<Extract<Taken, { state: 'waiting' }> | null> => {
    const { tenant, uid, recipient, causedBy, createdAt, attempts } = row
    const organization = await organizationOf(tenant)
    const secret = organization === null ? null : await openMailLink(parts, database.readsOf(tenant), row)
    if (organization === null || secret === null) return null
    const link = await selectPasswordLink(database.readsOf(tenant), tenant, hashOf(secret.reveal()), isoNow(clock))
    if (link?.email !== recipient) return null
    const { email, hasPassword, expiresAt } = link
    const url = linkUrl(publicUrl ?? 'https://localhost', secret)
    const letter = letterOf({ purpose, email, organization, causedBy, isFirst: !hasPassword, url, expiresAt })
    return { state: 'waiting', mail: { id: uid, to: recipient, ...letter }, createdAt, attempts, secret }
  }

  return {
    async take(tenant, uid) {
      const row = await selectMail(database.readsOf(tenant), tenant, uid)
      if (row === null) return { state: 'gone' }
      if (row.endedAt !== null) return { state: 'ended', endedAt: row.endedAt }
      if (isQuestion(row.purpose)) return { state: 'question' }
      const composed = await compose(row, row.purpose)
      if (composed) return composed
      await forget(tenant, uid)
      return { state: 'gone' }
    },

    async answer(uid) {
      const row = await selectMail(database.readsOf(systemTenant), systemTenant, uid)
      if (row) await answer(row)
    },

    async server() {
      if (publicUrl === null) return 'Links have nowhere to lead: set ATRIUM_PUBLIC_URL to the address of this server.'
      return (await server()) ?? 'There is no mail server (any more): set one by PUT /v1/system/config/smtp.'
    },

    failed: (tenant, uid, problem, nextAt) =>
      database.withTenant(tenant, (sql) => markMailFailed(sql, tenant, uid, { problem, nextAt, at: isoNow(clock) })),

    forget,
  }
}
