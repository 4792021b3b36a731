import type { Tenant } from '../../auth/identity.ts'
import type { Sql } from '../database.ts'

interface TenantRow {
  uid: string
  name: string
  created_at: Date
}

const toTenant = (row: TenantRow): Tenant => ({
  uid: row.uid,
  name: row.name,
  createdAt: row.created_at.toISOString(),
})

/** All of these run as `atrium_system`. Tenant `system` holds shared content and is nobody's. */
export async function insertTenant(sql: Sql, tenant: { uid: string; name: string; at: string }): Promise<Tenant> {
  const [row] = await sql.query<TenantRow>(
    'insert into tenants (uid, name, created_at) values ($1, $2, $3) returning uid, name, created_at',
    [tenant.uid, tenant.name, tenant.at],
  )
  return toTenant(row as TenantRow)
}

export async function selectTenantByName(sql: Sql, name: string): Promise<Tenant | null> {
  const [row] = await sql.query<TenantRow>(
    `select uid, name, created_at from tenants where name = $1 and uid <> 'system'`,
    [name],
  )
  return row ? toTenant(row) : null
}

export async function selectTenants(sql: Sql): Promise<Tenant[]> {
  const rows = await sql.query<TenantRow>(
    `select uid, name, created_at from tenants where uid <> 'system' order by name`,
  )
  return rows.map(toTenant)
}
