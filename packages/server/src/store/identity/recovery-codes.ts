import type { Sql } from '../database.ts'

export async function replaceRecoveryCodes(
  sql: Sql,
  tenant: string,
  userUid: string,
  hashes: readonly Buffer[],
): Promise<void> {
  await sql.query('delete from recovery_codes where tenant = $1 and user_uid = $2', [tenant, userUid])
  await sql.query(
    'insert into recovery_codes (tenant, user_uid, hash) select $1, $2, hash from unnest($3::bytea[]) as n (hash)',
    [tenant, userUid, hashes],
  )
}

export async function countRecoveryCodes(sql: Sql, tenant: string, userUid: string): Promise<number> {
  const [row] = await sql.query<{ count: number }>(
    'select count(*)::integer as count from recovery_codes where tenant = $1 and user_uid = $2',
    [tenant, userUid],
  )
  return row?.count ?? 0
}

/** True when it was there: each opens one sign-in. */
export async function useRecoveryCode(sql: Sql, tenant: string, userUid: string, hash: Buffer): Promise<boolean> {
  const rows = await sql.query(
    'delete from recovery_codes where tenant = $1 and user_uid = $2 and hash = $3 returning user_uid',
    [tenant, userUid, hash],
  )
  return rows.length > 0
}
