import type { Holder, ResourceRole, RoleBinding } from '../../auth/identity.ts'
import type { Sql } from '../database.ts'

/** A binding with what its role grants when the role is one of the tenant's own; null for built-in, disabled and vanished roles. */
export interface BindingRow extends RoleBinding {
  customPermissions: string[] | null
}

/** The tenant's own roles `o` of bindings `b`. */
const OWN_ROLES = `left join objects o on o.tenant = b.tenant and o.uid = b.role_uid and o.kind = 'Role'
       and o.deleted_at is null and o.spec -> 'isDisabled' is distinct from 'true'`

/** A list of `BindingRow`, for statements that read them with their user `u`: their own, and those of their teams. */
export const BINDINGS_OF_USER = `(select coalesce(json_agg(json_build_object(
       'project', b.project, 'roleUid', b.role_uid, 'customPermissions', o.spec -> 'permissions')), '[]')
     from (
       select tenant, project, role_uid from role_bindings where tenant = u.tenant and user_uid = u.uid
       union all
       select t.tenant, t.project, t.role_uid from team_members m
       join role_bindings t on t.tenant = m.tenant and t.team_uid = m.team_uid
       where m.tenant = u.tenant and m.user_uid = u.uid
     ) b ${OWN_ROLES})`

/** Which column names a holder, and by what. */
const columnOf = (holder: Holder): [column: 'user_uid' | 'team_uid', uid: string] =>
  typeof holder === 'string' ? ['user_uid', holder] : ['team_uid', holder.team]

/** Everything the user may do comes from these. */
export async function selectUserRights(sql: Sql, tenant: string, userUid: string): Promise<BindingRow[]> {
  const [row] = await sql.query<{ bindings: BindingRow[] }>(
    `select ${BINDINGS_OF_USER} as bindings from users u where u.tenant = $1 and u.uid = $2`,
    [tenant, userUid],
  )
  return row?.bindings ?? []
}

/** What the holder itself was given: of a user, nothing of their teams. */
export async function selectBindings(sql: Sql, tenant: string, holder: Holder): Promise<BindingRow[]> {
  const [column, uid] = columnOf(holder)
  return sql.query<BindingRow & { [column: string]: unknown }>(
    `select b.project, b.role_uid as "roleUid", o.spec -> 'permissions' as "customPermissions"
     from role_bindings b ${OWN_ROLES}
     where b.tenant = $1 and b.${column} = $2 order by b.scope, b.role_uid`,
    [tenant, uid],
  )
}

/** Those of these users and teams, with the uid of their holder. */
export async function selectBindingsOf(
  sql: Sql,
  tenant: string,
  holders: readonly string[],
): Promise<(RoleBinding & { holder: string })[]> {
  return sql.query<RoleBinding & { holder: string; [column: string]: unknown }>(
    `select coalesce(user_uid, team_uid) as holder, project, role_uid as "roleUid" from role_bindings
     where tenant = $1 and (user_uid = any($2) or team_uid = any($2)) order by holder, scope, role_uid`,
    [tenant, holders],
  )
}

/** Replaces the holder's roles in one scope. */
export async function replaceBindings(
  sql: Sql,
  tenant: string,
  holder: Holder,
  project: string | null,
  roleUids: string[],
): Promise<void> {
  const [column, uid] = columnOf(holder)
  await sql.query(`delete from role_bindings where tenant = $1 and ${column} = $2 and scope = $3`, [
    tenant,
    uid,
    project ?? '',
  ])
  await sql.query(
    `insert into role_bindings (tenant, ${column}, project, role_uid)
     select distinct $1, $2, $3, role from unnest($4::text[]) as role`,
    [tenant, uid, project, roleUids],
  )
}

/** Who was given the role, in one scope or in a resource role, or a resource role with this filter. */
export async function selectHolders(sql: Sql, tenant: string, uid: string): Promise<Holder[]> {
  const rows = await sql.query<{ user_uid: string | null; team_uid: string | null }>(
    `select user_uid, team_uid from role_bindings where tenant = $1 and role_uid = $2
     union select user_uid, team_uid from resource_roles where tenant = $1 and $2 = any(role_uids || filter_uids)
     order by user_uid, team_uid`,
    [tenant, uid],
  )
  return rows.map(({ user_uid: user, team_uid: team }) => user ?? { team: team ?? '' })
}

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
