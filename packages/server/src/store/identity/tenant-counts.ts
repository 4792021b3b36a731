import type { Sql } from '../database.ts'

/** How much a tenant has, and nothing of what it is. */
export interface TenantCounts {
  users: number
  projects: number
  clusters: number
}

export async function selectTenantCounts(sql: Sql, tenant: string): Promise<TenantCounts> {
  const [row] = await sql.query<TenantCounts & { [column: string]: unknown }>(
    `select (select count(*) from users where tenant = $1) as users,
       (select count(*) from objects where tenant = $1 and kind = 'Project') as projects,
       (select count(*) from objects where tenant = $1 and kind = 'Cluster') as clusters`,
    [tenant],
  )
  return row ?? { users: 0, projects: 0, clusters: 0 }
}
