import type { Sql } from '../database.ts'

/** Uid of what this request made in that time and what is still there; the newest. */
export async function selectCreation(
  sql: Sql,
  tenant: string,
  request: string,
  made: { since: string; until: string },
): Promise<string | null> {
  const [row] = await sql.query<{ uid: string }>(
    `select a.uid from audit_log a
     where a.tenant = $1 and a.request = $2 and a.at between $3 and $4 and (
       exists (select from objects o where o.tenant = a.tenant and o.uid = a.uid and o.deleted_at is null)
       or exists (select from users u where u.tenant = a.tenant and u.uid = a.uid)
       or exists (select from teams t where t.tenant = a.tenant and t.uid = a.uid))
     order by a.at desc limit 1`,
    [tenant, request, made.since, made.until],
  )
  return row?.uid ?? null
}
