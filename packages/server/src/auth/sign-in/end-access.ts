import type { Sql } from '../../store/database.ts'
import { deleteChallengesOf } from '../../store/identity/challenges.ts'
import { deleteSessionsOf } from '../../store/identity/credentials.ts'
import { deletePasswordLinksOf } from '../../store/identity/password-links.ts'

/** Ends sessions but the one kept, sign-ins that are not finished, and the link that sets a password. The caller changed the user's row. */
export async function endAccess(sql: Sql, tenant: string, uid: string, kept: Buffer | null = null): Promise<void> {
  await deleteSessionsOf(sql, tenant, uid, kept)
  await deleteChallengesOf(sql, tenant, uid)
  await deletePasswordLinksOf(sql, tenant, uid)
}
