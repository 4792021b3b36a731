import type { Sql } from '../database.ts'
import { BINDINGS_OF_USER, type HeldBinding } from './rights.ts'

/** The person behind a key or session that is valid now, and the roles they hold. */
export interface CredentialRow {
  userUid: string
  email: string
  tenantName: string
  /** Uid and name of the key; null for a session. */
  keyUid: string | null
  keyName: string | null
  bindings: HeldBinding[]
}

export async function selectByKeyHash(
  sql: Sql,
  tenant: string,
  hash: Buffer,
  at: string,
): Promise<CredentialRow | null> {
  const [row] = await sql.query<CredentialRow & { [column: string]: unknown }>(
    `select u.uid as "userUid", u.email, t.name as "tenantName", k.uid as "keyUid", k.name as "keyName",
       ${BINDINGS_OF_USER}
     from api_keys k
     join users u on u.tenant = k.tenant and u.uid = k.user_uid
     join tenants t on t.uid = k.tenant
     where k.tenant = $1 and k.hash = $2 and k.is_active and u.is_active
       and (k.expires_at is null or k.expires_at > $3)`,
    [tenant, hash, at],
  )
  return row ?? null
}

export async function selectBySessionHash(
  sql: Sql,
  tenant: string,
  hash: Buffer,
  at: string,
): Promise<CredentialRow | null> {
  const [row] = await sql.query<CredentialRow & { [column: string]: unknown }>(
    `select u.uid as "userUid", u.email, t.name as "tenantName", null as "keyUid", null as "keyName",
       ${BINDINGS_OF_USER}
     from sessions s
     join users u on u.tenant = s.tenant and u.uid = s.user_uid
     join tenants t on t.uid = s.tenant
     where s.tenant = $1 and s.hash = $2 and s.expires_at > $3 and u.is_active`,
    [tenant, hash, at],
  )
  return row ?? null
}

export async function insertSession(
  sql: Sql,
  tenant: string,
  session: { hash: Buffer; userUid: string; at: string; expiresAt: string },
): Promise<void> {
  await sql.query('insert into sessions (tenant, hash, user_uid, created_at, expires_at) values ($1, $2, $3, $4, $5)', [
    tenant,
    session.hash,
    session.userUid,
    session.at,
    session.expiresAt,
  ])
}

/** True when it was there. */
export async function deleteSession(sql: Sql, tenant: string, hash: Buffer): Promise<boolean> {
  const rows = await sql.query('delete from sessions where tenant = $1 and hash = $2 returning user_uid', [
    tenant,
    hash,
  ])
  return rows.length > 0
}

export async function deleteSessionsOf(sql: Sql, tenant: string, userUid: string): Promise<void> {
  await sql.query('delete from sessions where tenant = $1 and user_uid = $2', [tenant, userUid])
}

/** Runs as `atrium_system`. */
export async function deleteExpiredSessions(sql: Sql, at: string): Promise<void> {
  await sql.query('delete from sessions where expires_at < $1', [at])
}
