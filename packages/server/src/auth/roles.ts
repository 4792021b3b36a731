import type { RoleScope } from '@atrium/api/permissions/catalogue.ts'
import { builtInRole, builtInRoles } from '@atrium/api/permissions/roles.ts'
import type { Sql } from '../store/database.ts'
import type { Identity, RoleInfo } from './identity.ts'
import type { Parts } from './parts.ts'

interface RoleRow {
  uid: string
  name: string
  scope: RoleScope
  permissions: string[]
  isDisabled: boolean
}

const select = (sql: Sql, tenant: string): Promise<RoleRow[]> =>
  sql.query<RoleRow & { [column: string]: unknown }>(
    `select uid, name, spec ->> 'scope' as scope, spec -> 'permissions' as permissions,
       spec -> 'isDisabled' is not distinct from 'true' as "isDisabled"
     from objects where tenant = $1 and kind = 'Role' and deleted_at is null order by name`,
    [tenant],
  )

/** Roles as rights need them: the built-in ones and the tenant's own, whoever asks. */
export const roles = ({ database }: Parts): Pick<Identity, 'roles' | 'role'> => ({
  roles: async (tenant) => [...builtInRoles, ...(await database.withTenant(tenant, (sql) => select(sql, tenant)))],
  async role(tenant, uid): Promise<RoleInfo | null> {
    const known = builtInRole(uid)
    if (known) return known
    const own = await database.withTenant(tenant, (sql) => select(sql, tenant))
    return own.find((role) => role.uid === uid) ?? null
  },
})
