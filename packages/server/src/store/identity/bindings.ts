import type { Holder, RoleBinding } from '../../auth/identity.ts'
import type { Sql } from '../database.ts'

/**
 * A binding of this role, which is none, says that its holder holds, or held, resource roles or roles in workspaces: every request reads
 * bindings, and whoever has no such one is spared the look into the other tables.
 */
export const besideRole = 'beside'

/** Which column names a holder, and by what. */
export const columnOf = (holder: Holder): [column: 'user_uid' | 'team_uid', uid: string] =>
  typeof holder === 'string' ? ['user_uid', holder] : ['team_uid', holder.team]

/** The table that the holder itself is in, and by what. */
export const tableOf = (holder: Holder): [table: 'users' | 'teams', uid: string] =>
  typeof holder === 'string' ? ['users', holder] : ['teams', holder.team]

/** What the holder itself was given: of a user, nothing of their teams. */
export async function selectBindings(sql: Sql, tenant: string, holder: Holder): Promise<RoleBinding[]> {
  const [column, uid] = columnOf(holder)
  return sql.query<RoleBinding & { [column: string]: unknown }>(
    `select project, role_uid as "roleUid" from role_bindings
     where tenant = $1 and ${column} = $2 and role_uid <> '${besideRole}' order by scope, role_uid`,
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
     where tenant = $1 and (user_uid = any($2) or team_uid = any($2)) and role_uid <> '${besideRole}'
     order by holder, scope, role_uid`,
    [tenant, holders],
  )
}

/** Roles that are held in these projects themselves, and by whom: not those that are held in the whole tenant. */
export async function selectBindingsIn(
  sql: Sql,
  tenant: string,
  projects: readonly string[],
): Promise<{ project: string; holder: Holder; roleUid: string }[]> {
  const rows = await sql.query<{ project: string; user_uid: string | null; team_uid: string | null; role_uid: string }>(
    `select project, user_uid, team_uid, role_uid from role_bindings
     where tenant = $1 and project = any($2) order by user_uid, team_uid, role_uid`,
    [tenant, projects],
  )
  return rows.map(({ project, user_uid: user, team_uid: team, role_uid: roleUid }) => ({
    project,
    holder: user ?? { team: team ?? '' },
    roleUid,
  }))
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
  await sql.query(
    `delete from role_bindings where tenant = $1 and ${column} = $2 and scope = $3 and role_uid <> '${besideRole}'`,
    [tenant, uid, project ?? ''],
  )
  await sql.query(
    `insert into role_bindings (tenant, ${column}, project, role_uid)
     select distinct $1, $2, $3, role from unnest($4::text[]) as role`,
    [tenant, uid, project, roleUids],
  )
}

/** Keeps others from changing the holder's roles at the same moment, and the holder from going meanwhile. */
export async function lockHolder(sql: Sql, tenant: string, holder: Holder): Promise<void> {
  const [table, uid] = tableOf(holder)
  await sql.query(`select from ${table} where tenant = $1 and uid = $2 for no key update`, [tenant, uid])
}

/** Notes that the holder holds roles of other tables. It stays: taking it away could meet another giving. */
export async function noteBeside(sql: Sql, tenant: string, holder: Holder): Promise<void> {
  const [column, uid] = columnOf(holder)
  await sql.query(
    `insert into role_bindings (tenant, ${column}, role_uid) values ($1, $2, '${besideRole}') on conflict do nothing`,
    [tenant, uid],
  )
}

/** Who was given the role, in one scope, a workspace or a resource role, or a resource role with this filter. */
export async function selectHolders(sql: Sql, tenant: string, uid: string): Promise<Holder[]> {
  const rows = await sql.query<{ user_uid: string | null; team_uid: string | null }>(
    `select user_uid, team_uid from role_bindings where tenant = $1 and role_uid = $2
     union select user_uid, team_uid from workspace_roles where tenant = $1 and role_uid = $2
     union select user_uid, team_uid from resource_roles where tenant = $1 and $2 = any(role_uids || filter_uids)
     order by user_uid, team_uid`,
    [tenant, uid],
  )
  return rows.map(({ user_uid: user, team_uid: team }) => user ?? { team: team ?? '' })
}
