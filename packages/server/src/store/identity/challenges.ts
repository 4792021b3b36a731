import type { Sql } from '../database.ts'
import type { TenantState } from '../system-store.ts'

/** A sign-in whose password was right and that waits for more, or the registration of an authenticator. */
export interface ChallengeRow {
  userUid: string
  email: string
  /** What an authenticator is to sign, base64url. */
  challenge: string | null
  deviceName: string | null
  isProven: boolean
  tenantName: string
  tenantState: TenantState
}

type Purpose = 'signIn' | 'registration'

/** Of one user at once: the oldest go. */
const most = 20

export async function insertChallenge(
  sql: Sql,
  tenant: string,
  row: {
    hash: Buffer
    userUid: string
    purpose: Purpose
    challenge?: string
    deviceName?: string
    at: string
    expiresAt: string
  },
): Promise<void> {
  await sql.query(
    `delete from sign_in_challenges where tenant = $1 and (expires_at < $2 or user_uid = $3 and hash in (
       select hash from sign_in_challenges where tenant = $1 and user_uid = $3 order by created_at desc, hash offset $4))`,
    [tenant, row.at, row.userUid, most - 1],
  )
  await sql.query(
    `insert into sign_in_challenges (tenant, hash, user_uid, purpose, challenge, device_name, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [tenant, row.hash, row.userUid, row.purpose, row.challenge ?? null, row.deviceName ?? null, row.at, row.expiresAt],
  )
}

export async function selectChallenge(
  sql: Sql,
  tenant: string,
  hash: Buffer,
  { purpose, at }: { purpose: Purpose; at: string },
): Promise<ChallengeRow | null> {
  const [row] = await sql.query<ChallengeRow & Record<string, unknown>>(
    `select c.user_uid as "userUid", u.email, c.challenge, c.device_name as "deviceName", c.is_proven as "isProven",
       t.name as "tenantName", t.state as "tenantState"
     from sign_in_challenges c
     join users u on u.tenant = c.tenant and u.uid = c.user_uid
     join tenants t on t.uid = c.tenant
     where c.tenant = $1 and c.hash = $2 and c.purpose = $3 and c.expires_at > $4 and u.is_active`,
    [tenant, hash, purpose, at],
  )
  return row ?? null
}

/** True when it was there: of two who use it at once, one does. */
export async function deleteChallenge(sql: Sql, tenant: string, hash: Buffer): Promise<boolean> {
  const rows = await sql.query('delete from sign_in_challenges where tenant = $1 and hash = $2 returning user_uid', [
    tenant,
    hash,
  ])
  return rows.length > 0
}

export async function deleteChallengesOf(sql: Sql, tenant: string, userUid: string): Promise<void> {
  await sql.query('delete from sign_in_challenges where tenant = $1 and user_uid = $2', [tenant, userUid])
}

/** Gives an unfinished sign-in a new challenge to sign, or takes it away: each is signed once. */
export async function setChallenge(sql: Sql, tenant: string, hash: Buffer, challenge: string | null): Promise<void> {
  await sql.query('update sign_in_challenges set challenge = $3 where tenant = $1 and hash = $2', [
    tenant,
    hash,
    challenge,
  ])
}

export async function setProven(sql: Sql, tenant: string, hash: Buffer): Promise<void> {
  await sql.query('update sign_in_challenges set is_proven = true where tenant = $1 and hash = $2', [tenant, hash])
}
