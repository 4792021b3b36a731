import { isoNow } from '@atrium/runtime/base/clock.ts'
import { newUid } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Sql } from '../../store/database.ts'
import { insertMail, type NewMail, type SealedMailRow } from '../../store/identity/mails.ts'
import type { SealContext } from '../../store/keys/tenant-keys.ts'
import { enqueueKeys } from '../../store/queue-marks.ts'
import type { Parts } from '../parts.ts'
import { type IssuedLink, issueLink } from '../passwords/issue-link.ts'

/** What a sealed link belongs to: one moved to another mail does not open. */
const contextOf =
  (tenant: string, uid: string): SealContext =>
  (keyVersion) =>
    JSON.stringify(['mail', tenant, uid, keyVersion])

/** A new link of this user or operator that goes to them by mail, in the caller's transaction; the former link is void. */
export async function mailLink(
  parts: Parts,
  sql: Sql,
  tenant: string,
  person: { uid: string; email: string },
  { purpose, causedBy }: Pick<NewMail, 'purpose' | 'causedBy'>,
): Promise<IssuedLink> {
  const { keys, random } = parts
  const link = await issueLink(parts, sql, tenant, person.uid)
  const uid = newUid(random)
  const sealed = await keys.seal(sql, tenant, Buffer.from(link.token.reveal()), contextOf(tenant, uid))
  await queueMail(parts, sql, tenant, { uid, purpose, recipient: person.email, causedBy, sealed })
  return link
}

/** Queues a mail in the caller's transaction: nothing is sent before it is committed. */
export async function queueMail(
  { clock }: Pick<Parts, 'clock'>,
  sql: Sql,
  tenant: string,
  mail: Omit<NewMail, 'at'>,
): Promise<void> {
  await insertMail(sql, tenant, { ...mail, at: isoNow(clock) })
  const context = { sql, clock, tenant, effects: { changes: false, work: false } }
  await enqueueKeys(context, [{ kind: 'Mail', uid: mail.uid, delayMs: 0 }])
}

/** The secret of a mail's link; null when it is gone. */
export async function openMailLink(
  { keys }: Pick<Parts, 'keys'>,
  sql: Sql,
  { tenant, uid, sealed }: Pick<SealedMailRow, 'tenant' | 'uid' | 'sealed'>,
): Promise<Secret<string> | null> {
  if (sealed === null) return null
  return new Secret((await keys.unseal(sql, tenant, sealed, contextOf(tenant, uid))).toString())
}
