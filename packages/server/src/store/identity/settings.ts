import type { Sql } from '../database.ts'

export async function selectSetting(
  sql: Sql,
  tenant: string,
  project: string | null,
  name: string,
): Promise<Record<string, unknown> | null> {
  const [row] = await sql.query<{ value: Record<string, unknown> }>(
    'select value from settings where tenant = $1 and scope = $2 and name = $3',
    [tenant, project ?? '', name],
  )
  return row?.value ?? null
}

export async function upsertSetting(
  sql: Sql,
  tenant: string,
  setting: { project: string | null; name: string; value: object; at: string },
): Promise<void> {
  await sql.query(
    `insert into settings (tenant, project, name, value, modified_at) values ($1, $2, $3, $4, $5)
     on conflict (tenant, scope, name) do update set value = excluded.value, modified_at = excluded.modified_at`,
    [tenant, setting.project, setting.name, JSON.stringify(setting.value), setting.at],
  )
}
