import type { Holder, ResourceRole } from '../../auth/identity.ts'
import type { Sql } from '../database.ts'
import { columnOf } from './bindings.ts'

/** Those given to the holder itself. */
export async function selectResourceRoles(sql: Sql, tenant: string, holder: Holder): Promise<ResourceRole[]> {
  const [column, uid] = columnOf(holder)
  return sql.query<ResourceRole & { [column: string]: unknown }>(
    `select uid, project_uids as "projectUids", filter_uids as "filterUids", role_uids as "roleUids"
     from resource_roles where tenant = $1 and ${column} = $2 order by uid`,
    [tenant, uid],
  )
}

export async function insertResourceRole(sql: Sql, tenant: string, holder: Holder, role: ResourceRole): Promise<void> {
  const [column, uid] = columnOf(holder)
  await sql.query(
    `insert into resource_roles (tenant, ${column}, uid, project_uids, filter_uids, role_uids)
     values ($1, $2, $3, $4, $5, $6)`,
    [tenant, uid, role.uid, role.projectUids, role.filterUids, role.roleUids],
  )
}

/** True when the holder has it. */
export async function updateResourceRole(
  sql: Sql,
  tenant: string,
  holder: Holder,
  role: ResourceRole,
): Promise<boolean> {
  const [column, uid] = columnOf(holder)
  const rows = await sql.query(
    `update resource_roles set project_uids = $4, filter_uids = $5, role_uids = $6
     where tenant = $1 and ${column} = $2 and uid = $3 returning uid`,
    [tenant, uid, role.uid, role.projectUids, role.filterUids, role.roleUids],
  )
  return rows.length > 0
}

/** True when the holder had it. */
export async function deleteResourceRole(sql: Sql, tenant: string, holder: Holder, uid: string): Promise<boolean> {
  const [column, holderUid] = columnOf(holder)
  const rows = await sql.query(
    `delete from resource_roles where tenant = $1 and ${column} = $2 and uid = $3 returning uid`,
    [tenant, holderUid, uid],
  )
  return rows.length > 0
}

/** Resource roles of anybody that are narrowed by the filter. */
export async function selectRolesWithFilter(
  sql: Sql,
  tenant: string,
  filterUid: string,
): Promise<Pick<ResourceRole, 'uid' | 'projectUids' | 'roleUids'>[]> {
  return sql.query<Pick<ResourceRole, 'uid' | 'projectUids' | 'roleUids'> & { [column: string]: unknown }>(
    `select uid, project_uids as "projectUids", role_uids as "roleUids" from resource_roles
     where tenant = $1 and $2 = any(filter_uids) order by uid`,
    [tenant, filterUid],
  )
}
