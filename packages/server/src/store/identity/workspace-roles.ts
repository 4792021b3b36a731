import type { Holder, WorkspaceRole } from '../../auth/identity.ts'
import type { Sql } from '../database.ts'
import { columnOf } from './bindings.ts'

/** Roles in workspaces that the holder itself was given. */
export async function selectWorkspaceRoles(sql: Sql, tenant: string, holder: Holder): Promise<WorkspaceRole[]> {
  const [column, uid] = columnOf(holder)
  return sql.query<WorkspaceRole & { [column: string]: unknown }>(
    `select r.workspace, w.project, r.role_uid as "roleUid"
     from workspace_roles r join objects w on w.tenant = r.tenant and w.uid = r.workspace
     where r.tenant = $1 and r.${column} = $2 and w.project is not null order by w.uid, r.role_uid`,
    [tenant, uid],
  )
}

/** Replaces the holder's roles in one workspace. */
export async function replaceWorkspaceRoles(
  sql: Sql,
  tenant: string,
  holder: Holder,
  { workspace, roleUids }: { workspace: string; roleUids: readonly string[] },
): Promise<void> {
  const [column, uid] = columnOf(holder)
  await sql.query(`delete from workspace_roles where tenant = $1 and ${column} = $2 and workspace = $3`, [
    tenant,
    uid,
    workspace,
  ])
  await sql.query(
    `insert into workspace_roles (tenant, ${column}, workspace, role_uid)
     select distinct $1, $2, $3, role from unnest($4::text[]) as role`,
    [tenant, uid, workspace, roleUids],
  )
}
