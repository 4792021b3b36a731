import { isoIn, isoNow } from '@atrium/runtime/base/clock.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Sql } from '../../store/database.ts'
import { replacePasswordLink } from '../../store/identity/password-links.ts'
import type { Parts } from '../parts.ts'
import { hashOf, newToken } from '../tokens.ts'

/** A secret that sets a password once, and until when (RFC 3339). */
export interface IssuedLink {
  token: Secret<string>
  expiresAt: string
}

const linkMs = 24 * 60 * 60_000

/** A new link, in the caller's transaction; the former one is void. */
export async function issueLink(
  { clock, random }: Pick<Parts, 'clock' | 'random'>,
  sql: Sql,
  tenant: string,
  uid: string,
): Promise<IssuedLink> {
  const token = newToken(tenant, random)
  const expiresAt = isoIn(clock, linkMs)
  await replacePasswordLink(sql, tenant, { uid, hash: hashOf(token), at: isoNow(clock), expiresAt })
  return { token: new Secret(token), expiresAt }
}

/** Where people open a link that sets a password: their first or another one, of a user or an operator. */
export const linkPath = '/activate'

/** The link as a person opens it. The secret is behind `#`: browsers keep it to themselves, so that no log of a server or proxy holds it. */
export const linkUrl = (origin: string, token: Secret<string>): string => `${origin}${linkPath}#${token.reveal()}`
