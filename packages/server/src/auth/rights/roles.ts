import type { RoleScope } from '@atrium/api/permissions/catalogue.ts'
import { builtInRole, builtInRoles } from '@atrium/api/permissions/roles.ts'
import type { Sql } from '../../store/database.ts'
import type { Identity, RoleInfo } from '../identity.ts'
import type { Parts } from '../parts.ts'

interface RoleRow {
  uid: string
  name: string
  scope: RoleScope
  permissions: string[]
  isDisabled: boolean
}

/** All of them, or the one of this uid. */
const select = (sql: Sql, tenant: string, uid?: string): Promise<RoleRow[]> =>
  sql.query<RoleRow & { [column: string]: unknown }>(
    `select uid, name, spec ->> 'scope' as scope, spec -> 'permissions' as permissions,
       spec -> 'isDisabled' is not distinct from 'true' as "isDisabled"
     from objects where tenant = $1 and kind = 'Role' and deleted_at is null and ($2::text is null or uid = $2)
     order by name`,
    [tenant, uid ?? null],
  )

/** Roles as rights need them: the built-in ones and the tenant's own, whoever asks. */
export const roles = ({ database }: Parts): Pick<Identity, 'roles' | 'role'> => ({
  roles: async (tenant) => [...builtInRoles, ...(await select(database.readsOf(tenant), tenant))],
  async role(tenant, uid): Promise<RoleInfo | null> {
    const known = builtInRole(uid)
    if (known) return known
    const [own] = await select(database.readsOf(tenant), tenant, uid)
    return own ?? null
  },
})
