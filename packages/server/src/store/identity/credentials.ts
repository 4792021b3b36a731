import type { Sql } from '../database.ts'
import type { TenantState } from '../system-store.ts'
import { BINDINGS_OF_USER, type HeldBinding } from './rights.ts'
import type { SsoOrigin } from './sso.ts'

/** The person behind a key or session that is valid now, and the roles they hold. */
export interface CredentialRow {
  userUid: string
  email: string
  tenantName: string
  tenantState: TenantState
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
    `select u.uid as "userUid", u.email, t.name as "tenantName", t.state as "tenantState", k.uid as "keyUid", k.name as "keyName",
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
    `select u.uid as "userUid", u.email, t.name as "tenantName", t.state as "tenantState", null as "keyUid", null as "keyName",
       ${BINDINGS_OF_USER}
     from sessions s
     join users u on u.tenant = s.tenant and u.uid = s.user_uid
     join tenants t on t.uid = s.tenant
     where s.tenant = $1 and s.hash = $2 and s.expires_at > $3 and u.is_active`,
    [tenant, hash, at],
  )
  return row ?? null
}

/** Where a session was opened, as its owner recognises it. */
export interface SessionOrigin {
  address?: string | undefined
  /** The program, as it names itself. */
  client?: string | undefined
  /** Whom an identity provider said it is. */
  sso?: SsoOrigin | null | undefined
}

export interface SessionRow {
  uid: string
  address: string
  client: string
  /** When its owner signed in, however often it was renewed since. */
  createdAt: string
  /** Unless it is renewed. */
  expiresAt: string
  /** However often it is renewed. */
  endsAt: string
  isCurrent: boolean
}

/** As NIST SP 800-63B-4 (AAL2) has it, and the longest time between two renewals that a tenant may set. */
export const longestSessionHours = 24

const ENDS = `created_at + interval '${longestSessionHours} hours'`

/** Sessions of one user at once: the oldest end. */
const mostSessions = 100

export async function insertSession(
  sql: Sql,
  tenant: string,
  session: SessionOrigin & { hash: Buffer; userUid: string; at: string; expiresAt: string },
): Promise<void> {
  await sql.query(
    `delete from sessions where tenant = $1 and hash in (
       select hash from sessions where tenant = $1 and user_uid = $2 order by created_at desc, hash offset $3)`,
    [tenant, session.userUid, mostSessions - 1],
  )
  await sql.query(
    `insert into sessions (tenant, hash, user_uid, created_at, expires_at, address, client, sso)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      tenant,
      session.hash,
      session.userUid,
      session.at,
      session.expiresAt,
      session.address ?? '',
      (session.client ?? '').slice(0, 200),
      session.sso ? JSON.stringify(session.sso) : null,
    ],
  )
}

/** Those that are open, the newest first; `hash` tells which one asks. */
export async function selectSessions(
  sql: Sql,
  tenant: string,
  userUid: string,
  { hash, at }: { hash: Buffer | null; at: string },
): Promise<SessionRow[]> {
  const rows = await sql.query<
    Pick<SessionRow, 'uid' | 'address' | 'client' | 'isCurrent'> & { created: Date; expires: Date; ends: Date }
  >(
    `select uid, address, client, created_at as created, expires_at as expires, ${ENDS} as ends,
       coalesce(hash = $3, false) as "isCurrent"
     from sessions where tenant = $1 and user_uid = $2 and expires_at > $4 order by created_at desc, uid`,
    [tenant, userUid, hash, at],
  )
  return rows.map(({ created, expires, ends, ...row }) => ({
    ...row,
    createdAt: created.toISOString(),
    expiresAt: expires.toISOString(),
    endsAt: ends.toISOString(),
  }))
}

/**
 * The session goes on under the next hash; null when it is over, or was renewed by somebody else. It stays one row: what ends it
 * meanwhile, by whatever it knows of it, waits for this and finds it.
 */
export async function renewSession(
  sql: Sql,
  tenant: string,
  { hash, next, at, expiresAt }: { hash: Buffer; next: Buffer; at: string; expiresAt: string },
): Promise<{ isBySso: boolean } | null> {
  const [row] = await sql.query<{ isBySso: boolean }>(
    `update sessions set hash = $3, expires_at = least($5::timestamptz, ${ENDS}) where tenant = $1 and hash = $2 and expires_at > $4
     returning sso is not null as "isBySso"`,
    [tenant, hash, next, at, expiresAt],
  )
  return row ?? null
}

/** What is known of it when it was there. */
export async function deleteSession(sql: Sql, tenant: string, hash: Buffer): Promise<Required<SessionOrigin> | null> {
  const [row] = await sql.query<Required<SessionOrigin> & Record<string, unknown>>(
    'delete from sessions where tenant = $1 and hash = $2 returning address, client, sso',
    [tenant, hash],
  )
  return row ?? null
}

/** True when the user has it. */
export async function deleteSessionNamed(sql: Sql, tenant: string, userUid: string, uid: string): Promise<boolean> {
  const rows = await sql.query('delete from sessions where tenant = $1 and user_uid = $2 and uid = $3 returning uid', [
    tenant,
    userUid,
    uid,
  ])
  return rows.length > 0
}

/**
 * All of a user, but the one with this hash, and codes that would become one. Returns how many sessions. The caller holds the user's
 * row (`lockUser`, or a change of it): a sign-in that is just being finished is over then, and its session seen.
 */
export async function deleteSessionsOf(
  sql: Sql,
  tenant: string,
  userUid: string,
  keptHash: Buffer | null = null,
): Promise<number> {
  const rows = await sql.query(
    `with codes as (delete from sso_tickets where tenant = $1 and user_uid = $2)
     delete from sessions where tenant = $1 and user_uid = $2 and hash is distinct from $3 returning uid`,
    [tenant, userUid, keptHash],
  )
  return rows.length
}

/** Runs as `atrium_system`. */
export async function deleteExpiredSessions(sql: Sql, at: string): Promise<void> {
  await sql.query('delete from sessions where expires_at < $1', [at])
}
