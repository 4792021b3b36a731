import type { Sql } from '../database.ts'

/** How often a wrong factor came in a row, and until when none is looked at. Held until the transaction ends: guesses sent at once queue here. */
export async function lockFactors(
  sql: Sql,
  tenant: string,
  userUid: string,
): Promise<{ failures: number; blockedUntil: number } | null> {
  const [row] = await sql.query<{ failures: number; until: Date | null }>(
    `select factor_failures as failures, factors_blocked_until as until from users
     where tenant = $1 and uid = $2 and is_active for update`,
    [tenant, userUid],
  )
  return row ? { failures: row.failures, blockedUntil: row.until?.getTime() ?? 0 } : null
}

export async function noteFactorFailures(
  sql: Sql,
  tenant: string,
  userUid: string,
  { failures, blockedUntil }: { failures: number; blockedUntil: string | null },
): Promise<void> {
  await sql.query('update users set factor_failures = $3, factors_blocked_until = $4 where tenant = $1 and uid = $2', [
    tenant,
    userUid,
    failures,
    blockedUntil,
  ])
}
