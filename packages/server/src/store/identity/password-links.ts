import type { Sql } from '../database.ts'

export async function replacePasswordLink(
  sql: Sql,
  tenant: string,
  link: { userUid: string; hash: Buffer; at: string; expiresAt: string },
): Promise<void> {
  await sql.query(
    `insert into password_links (tenant, user_uid, hash, created_at, expires_at) values ($1, $2, $3, $4, $5)
     on conflict (tenant, user_uid) do update
       set hash = excluded.hash, created_at = excluded.created_at, expires_at = excluded.expires_at`,
    [tenant, link.userUid, link.hash, link.at, link.expiresAt],
  )
}

/** Whose password it sets; nobody's when it expired or its user is disabled. */
export async function selectPasswordLink(
  sql: Sql,
  tenant: string,
  hash: Buffer,
  at: string,
): Promise<{ userUid: string; hasPassword: boolean } | null> {
  const [row] = await sql.query<{ userUid: string; hasPassword: boolean }>(
    `select l.user_uid as "userUid", u.password_hash is not null as "hasPassword"
     from password_links l join users u on u.tenant = l.tenant and u.uid = l.user_uid
     where l.tenant = $1 and l.hash = $2 and l.expires_at > $3 and u.is_active`,
    [tenant, hash, at],
  )
  return row ?? null
}

/** True when it was there: each is used once. */
export async function deletePasswordLink(sql: Sql, tenant: string, hash: Buffer): Promise<boolean> {
  const rows = await sql.query('delete from password_links where tenant = $1 and hash = $2 returning user_uid', [
    tenant,
    hash,
  ])
  return rows.length > 0
}

export async function deletePasswordLinksOf(sql: Sql, tenant: string, userUid: string): Promise<void> {
  await sql.query('delete from password_links where tenant = $1 and user_uid = $2', [tenant, userUid])
}
