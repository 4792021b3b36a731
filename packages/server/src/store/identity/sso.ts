import type { Sql } from '../database.ts'
import type { TenantState } from '../system-store.ts'

/** A person as an identity provider knows them. */
export interface SsoSubject {
  /** Which provider, and as which of its clients: another client may give other subjects to the same people. */
  provider: string
  subject: string
}

/** Where a session came from: ends with it. */
export interface SsoOrigin extends SsoSubject {
  /** The provider's own session, where it tells. */
  index?: string
  /** By which name a provider of SAML ends it. */
  nameId?: string
  nameIdFormat?: string
}

export async function selectLinkedUser(sql: Sql, tenant: string, known: SsoSubject): Promise<string | null> {
  const [row] = await sql.query<{ user_uid: string }>(
    'select user_uid from sso_links where tenant = $1 and provider = $2 and subject = $3',
    [tenant, known.provider, known.subject],
  )
  return row?.user_uid ?? null
}

/** Whether the user is somebody at that provider. */
export async function isLinked(sql: Sql, tenant: string, provider: string, userUid: string): Promise<boolean> {
  const rows = await sql.query('select 1 from sso_links where tenant = $1 and provider = $2 and user_uid = $3', [
    tenant,
    provider,
    userUid,
  ])
  return rows.length > 0
}

export async function insertLink(
  sql: Sql,
  tenant: string,
  { provider, subject }: SsoSubject,
  userUid: string,
  at: string,
): Promise<void> {
  await sql.query(
    'insert into sso_links (tenant, provider, subject, user_uid, created_at) values ($1, $2, $3, $4, $5)',
    [tenant, provider, subject, userUid, at],
  )
}

/**
 * Whether the tenant (`setting`: `{ isPasswordAllowed: false }`) lets this user sign in by their identity provider alone: they are linked
 * to one by a protocol that is enabled, and do not hold `exempt` themselves, at tenant scope.
 */
export async function selectUsesProviderAlone(
  sql: Sql,
  tenant: string,
  userUid: string,
  { setting, exempt }: { setting: string; exempt: string },
): Promise<boolean> {
  const rows = await sql.query(
    `select from sso_links l
     where l.tenant = $1 and l.user_uid = $2
       and exists (select from settings where tenant = $1 and scope = '' and name = $3
         and value -> 'isPasswordAllowed' = 'false')
       and exists (select from objects o where o.tenant = $1 and o.kind = 'SsoConfig'
         and o.spec -> 'isEnabled' = 'true' and starts_with(l.provider, (o.spec ->> 'protocol') || ' '))
       and not exists (select from role_bindings where tenant = $1 and user_uid = $2 and scope = '' and role_uid = $4)
     limit 1`,
    [tenant, userUid, setting, exempt],
  )
  return rows.length > 0
}

/** What a program gets for its code. */
export interface SsoTicket {
  challenge: string
  origin: SsoOrigin
}

/** A code that was shown, and whose it is. */
type TakenCode = SsoTicket & { userUid: string; email: string; tenantName: string; tenantState: TenantState }

/** False when there is one already. `code`: null = a state that has done its work. */
export async function insertTicket(
  sql: Sql,
  tenant: string,
  hash: Buffer,
  expiresAt: string,
  code: (SsoTicket & { userUid: string }) | null = null,
): Promise<boolean> {
  const rows = await sql.query(
    `insert into sso_tickets (tenant, hash, user_uid, ticket, expires_at) values ($1, $2, $3, $4, $5)
     on conflict do nothing returning tenant`,
    [
      tenant,
      hash,
      code?.userUid ?? null,
      code && JSON.stringify({ challenge: code.challenge, origin: code.origin }),
      expiresAt,
    ],
  )
  return rows.length > 0
}

/** The code, which nobody can take again; null when there is none that is still good. */
export async function takeCode(sql: Sql, tenant: string, hash: Buffer, at: string): Promise<TakenCode | null> {
  const [row] = await sql.query<Omit<TakenCode, keyof SsoTicket> & { ticket: SsoTicket }>(
    `delete from sso_tickets t using users u, tenants o
     where t.tenant = $1 and t.hash = $2 and t.ticket is not null and t.expires_at > $3
       and u.tenant = t.tenant and u.uid = t.user_uid and u.is_active and o.uid = t.tenant
     returning t.user_uid as "userUid", u.email, o.name as "tenantName", o.state as "tenantState", t.ticket`,
    [tenant, hash, at],
  )
  if (!row) return null
  const { ticket, ...whose } = row
  return { ...whose, ...ticket }
}

export async function deleteExpiredTickets(sql: Sql, tenant: string, at: string): Promise<void> {
  await sql.query('delete from sso_tickets where tenant = $1 and expires_at < $2', [tenant, at])
}

/** Sessions, and codes that would become one, that came of a sign-in like this: what is left out may be anything. How many sessions. */
export async function deleteSessionsLike(
  sql: Sql,
  tenant: string,
  origin: Partial<SsoOrigin> & Pick<SsoOrigin, 'provider'>,
): Promise<number> {
  const rows = await sql.query(
    `with codes as (delete from sso_tickets where tenant = $1 and ticket -> 'origin' @> $2)
     delete from sessions where tenant = $1 and sso @> $2 returning hash`,
    [tenant, JSON.stringify(origin)],
  )
  return rows.length
}

/** Sessions, and codes that would become one, that came from another provider of the protocol than this one; null = from any. How many sessions. */
export async function deleteSessionsOfOthers(
  sql: Sql,
  tenant: string,
  protocol: string,
  provider: string | null,
): Promise<number> {
  const rows = await sql.query(
    `with codes as (
       delete from sso_tickets where tenant = $1 and starts_with(ticket -> 'origin' ->> 'provider', $2)
         and ticket -> 'origin' ->> 'provider' is distinct from $3)
     delete from sessions where tenant = $1 and starts_with(sso ->> 'provider', $2)
       and sso ->> 'provider' is distinct from $3 returning hash`,
    [tenant, `${protocol} `, provider],
  )
  return rows.length
}
