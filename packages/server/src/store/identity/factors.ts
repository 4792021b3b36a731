import type { Sql } from '../database.ts'
import type { SealedSecret } from '../keys/tenant-keys.ts'

/** What a user proves beside the password, as it is shown. */
export interface FactorInfo {
  name: string
  kind: 'totp' | 'webauthn'
  createdAt: string
  lastUsedAt: string | null
}

/** A secret that makes codes, sealed. */
export interface TotpRow {
  name: string
  sealed: SealedSecret
}

/** An authenticator and its public key. */
export interface AuthenticatorRow {
  name: string
  credentialId: string
  publicKey: Buffer
  signCount: number
  transports: string[]
}

/** Those that count. */
export async function selectFactors(sql: Sql, tenant: string, userUid: string): Promise<FactorInfo[]> {
  const rows = await sql.query<Omit<FactorInfo, 'createdAt' | 'lastUsedAt'> & { created: Date; used: Date | null }>(
    `select name, kind, created_at as created, last_used_at as used from factors
     where tenant = $1 and user_uid = $2 and is_confirmed order by created_at, name`,
    [tenant, userUid],
  )
  return rows.map(({ created, used, ...row }) => ({
    ...row,
    createdAt: created.toISOString(),
    lastUsedAt: used?.toISOString() ?? null,
  }))
}

export async function hasFactors(sql: Sql, tenant: string, userUid: string): Promise<boolean> {
  const rows = await sql.query('select from factors where tenant = $1 and user_uid = $2 and is_confirmed limit 1', [
    tenant,
    userUid,
  ])
  return rows.length > 0
}

export async function selectTotp(
  sql: Sql,
  tenant: string,
  userUid: string,
  { isConfirmed }: { isConfirmed: boolean },
): Promise<TotpRow[]> {
  const rows = await sql.query<SealedSecret & { name: string }>(
    `select name, key_version as "keyVersion", nonce, ciphertext from factors
     where tenant = $1 and user_uid = $2 and kind = 'totp' and is_confirmed = $3 order by created_at desc`,
    [tenant, userUid, isConfirmed],
  )
  return rows.map(({ name, ...sealed }) => ({ name, sealed }))
}

/** One secret that waits for its first code: a newer one takes its place. */
export async function insertTotp(
  sql: Sql,
  tenant: string,
  userUid: string,
  { name, sealed, at }: TotpRow & { at: string },
): Promise<void> {
  await sql.query(`delete from factors where tenant = $1 and user_uid = $2 and not is_confirmed`, [tenant, userUid])
  await sql.query(
    `insert into factors (tenant, user_uid, name, kind, is_confirmed, created_at, key_version, nonce, ciphertext, last_step)
     values ($1, $2, $3, 'totp', false, $4, $5, $6, $7, 0)`,
    [tenant, userUid, name, at, sealed.keyVersion, sealed.nonce, sealed.ciphertext],
  )
}

/** Takes a time step once: false when it, or a later one, was used before. */
export async function useTotpStep(
  sql: Sql,
  tenant: string,
  userUid: string,
  { name, step, at }: { name: string; step: number; at: string },
): Promise<boolean> {
  const rows = await sql.query(
    `update factors set last_step = $4, last_used_at = $5, is_confirmed = true
     where tenant = $1 and user_uid = $2 and name = $3 and last_step < $4 returning name`,
    [tenant, userUid, name, step, at],
  )
  return rows.length > 0
}

export async function selectAuthenticators(sql: Sql, tenant: string, userUid: string): Promise<AuthenticatorRow[]> {
  const rows = await sql.query<{
    name: string
    credential_id: string
    public_key: Buffer
    sign_count: number
    transports: string[]
  }>(
    `select name, credential_id, public_key, sign_count, transports from factors
     where tenant = $1 and user_uid = $2 and kind = 'webauthn' order by created_at, name`,
    [tenant, userUid],
  )
  return rows.map((row) => ({
    name: row.name,
    credentialId: row.credential_id,
    publicKey: row.public_key,
    signCount: row.sign_count,
    transports: row.transports,
  }))
}

export async function insertAuthenticator(
  sql: Sql,
  tenant: string,
  userUid: string,
  one: AuthenticatorRow & { at: string },
): Promise<void> {
  await sql.query(
    `insert into factors (tenant, user_uid, name, kind, is_confirmed, created_at, credential_id, public_key, sign_count, transports)
     values ($1, $2, $3, 'webauthn', true, $4, $5, $6, $7, $8)`,
    [tenant, userUid, one.name, one.at, one.credentialId, one.publicKey, one.signCount, one.transports],
  )
}

/** Keeps what the authenticator counted; one that does not count always tells 0. */
export async function useAuthenticator(
  sql: Sql,
  tenant: string,
  userUid: string,
  { name, signCount, at }: { name: string; signCount: number; at: string },
): Promise<void> {
  await sql.query(
    `update factors set sign_count = $4, last_used_at = $5 where tenant = $1 and user_uid = $2 and name = $3`,
    [tenant, userUid, name, signCount, at],
  )
}

/** One by name, or all. Returns how many. */
export async function deleteFactors(sql: Sql, tenant: string, userUid: string, name: string | null): Promise<number> {
  const rows = await sql.query(
    `delete from factors where tenant = $1 and user_uid = $2 and ($3::text is null or name = $3) returning name`,
    [tenant, userUid, name],
  )
  return rows.length
}
