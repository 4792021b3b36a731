import type { ResourceRole, RoleBinding } from '../../auth/identity.ts'
import type { Sql } from '../database.ts'

/** A binding with what its role grants when the role is one of the tenant's own; null for built-in, disabled and vanished roles. */
export interface BindingRow extends RoleBinding {
  customPermissions: string[] | null
}

/** Bindings `b` with the tenant's own roles `o`. */
const HELD = `role_bindings b
     left join objects o on o.tenant = b.tenant and o.uid = b.role_uid and o.kind = 'Role' and o.deleted_at is null
       and o.spec -> 'isDisabled' is distinct from 'true'`

/** A list of `BindingRow`, for statements that read them with their user `u`. */
export const BINDINGS_OF_USER = `(select coalesce(json_agg(json_build_object(
       'project', b.project, 'roleUid', b.role_uid, 'customPermissions', o.spec -> 'permissions')), '[]')
     from ${HELD} where b.tenant = u.tenant and b.user_uid = u.uid)`

export async function selectBindings(sql: Sql, tenant: string, userUid: string): Promise<BindingRow[]> {
  return sql.query<BindingRow & { [column: string]: unknown }>(
    `select b.project, b.role_uid as "roleUid", o.spec -> 'permissions' as "customPermissions"
     from ${HELD}
     where b.tenant = $1 and b.user_uid = $2 order by b.scope, b.role_uid`,
    [tenant, userUid],
  )
}

export async function selectAllBindings(sql: Sql, tenant: string): Promise<(RoleBinding & { userUid: string })[]> {
  return sql.query<RoleBinding & { userUid: string; [column: string]: unknown }>(
    `select user_uid as "userUid", project, role_uid as "roleUid" from role_bindings
     where tenant = $1 order by user_uid, scope, role_uid`,
    [tenant],
  )
}

/** Replaces the user's roles in one scope. */
export async function replaceBindings(
  sql: Sql,
  tenant: string,
  userUid: string,
  project: string | null,
  roleUids: string[],
): Promise<void> {
  await sql.query('delete from role_bindings where tenant = $1 and user_uid = $2 and scope = $3', [
    tenant,
    userUid,
    project ?? '',
  ])
  await sql.query(
    `insert into role_bindings (tenant, user_uid, project, role_uid)
     select distinct $1, $2, $3, role from unnest($4::text[]) as role`,
    [tenant, userUid, project, roleUids],
  )
}

export async function selectHolders(sql: Sql, tenant: string, roleUid: string): Promise<string[]> {
  const rows = await sql.query<{ uid: string }>(
    'select distinct user_uid as uid from role_bindings where tenant = $1 and role_uid = $2 order by user_uid',
    [tenant, roleUid],
  )
  return rows.map(({ uid }) => uid)
}

export async function selectResourceRoles(sql: Sql, tenant: string, userUid: string): Promise<ResourceRole[]> {
  return sql.query<ResourceRole & { [column: string]: unknown }>(
    `select uid, project_uids as "projectUids", filter_uids as "filterUids", role_uids as "roleUids"
     from resource_roles where tenant = $1 and user_uid = $2 order by uid`,
    [tenant, userUid],
  )
}

export async function upsertResourceRole(sql: Sql, tenant: string, userUid: string, role: ResourceRole): Promise<void> {
  await sql.query(
    `insert into resource_roles (tenant, user_uid, uid, project_uids, filter_uids, role_uids)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant, user_uid, uid) do update
     set project_uids = excluded.project_uids, filter_uids = excluded.filter_uids, role_uids = excluded.role_uids`,
    [tenant, userUid, role.uid, role.projectUids, role.filterUids, role.roleUids],
  )
}

export async function deleteResourceRole(sql: Sql, tenant: string, userUid: string, uid: string): Promise<boolean> {
  const rows = await sql.query(
    'delete from resource_roles where tenant = $1 and user_uid = $2 and uid = $3 returning uid',
    [tenant, userUid, uid],
  )
  return rows.length > 0
}
