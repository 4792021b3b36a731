import { systemTenant } from '@atrium/runtime/store/store.ts'
import type { Sql } from '../database.ts'

/** Where links are, and whom they are for: tenant `system` has operators, every other one users. */
const users = { links: 'password_links', person: 'user_uid', people: 'users' } as const
const operators = { links: 'operator_links', person: 'operator_uid', people: 'operators' } as const
const tablesOf = (tenant: string) => (tenant === systemTenant ? operators : users)

/** Whom a link is for. */
export interface LinkRow {
  uid: string
  email: string
  hasPassword: boolean
  /** RFC 3339. */
  expiresAt: string
}

/** A newer one takes the place of the older. */
export async function replacePasswordLink(
  sql: Sql,
  tenant: string,
  link: { uid: string; hash: Buffer; at: string; expiresAt: string },
): Promise<void> {
  const { links, person } = tablesOf(tenant)
  await sql.query(
    `insert into ${links} (tenant, ${person}, hash, created_at, expires_at) values ($1, $2, $3, $4, $5)
     on conflict (tenant, ${person}) do update
       set hash = excluded.hash, created_at = excluded.created_at, expires_at = excluded.expires_at`,
    [tenant, link.uid, link.hash, link.at, link.expiresAt],
  )
}

/** Whose password it sets; nobody's when it expired or they are disabled. */
export async function selectPasswordLink(sql: Sql, tenant: string, hash: Buffer, at: string): Promise<LinkRow | null> {
  const { links, person, people } = tablesOf(tenant)
  const [row] = await sql.query<Omit<LinkRow, 'expiresAt'> & { expiry: Date }>(
    `select p.uid, p.email, p.password_hash is not null as "hasPassword", l.expires_at as expiry
     from ${links} l join ${people} p on p.tenant = l.tenant and p.uid = l.${person}
     where l.tenant = $1 and l.hash = $2 and l.expires_at > $3 and p.is_active`,
    [tenant, hash, at],
  )
  if (!row) return null
  const { expiry, ...found } = row
  return { ...found, expiresAt: expiry.toISOString() }
}

/** Whether one was made since then, and is not used yet. */
export async function hasLinkSince(sql: Sql, tenant: string, uid: string, since: string): Promise<boolean> {
  const { links, person } = tablesOf(tenant)
  const rows = await sql.query(`select from ${links} where tenant = $1 and ${person} = $2 and created_at > $3`, [
    ...[tenant, uid, since],
  ])
  return rows.length > 0
}

/** True when it was there: each is used once. */
export async function deletePasswordLink(sql: Sql, tenant: string, hash: Buffer): Promise<boolean> {
  const { links } = tablesOf(tenant)
  const rows = await sql.query(`delete from ${links} where tenant = $1 and hash = $2 returning hash`, [tenant, hash])
  return rows.length > 0
}

export async function deletePasswordLinksOf(sql: Sql, tenant: string, uid: string): Promise<void> {
  const { links, person } = tablesOf(tenant)
  await sql.query(`delete from ${links} where tenant = $1 and ${person} = $2`, [tenant, uid])
}
