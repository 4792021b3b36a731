import type { TagFilter } from '@atrium/api/tags.ts'
import type { Holder } from '../../auth/identity.ts'
import type { Sql } from '../database.ts'
import { besideRole, tableOf } from './bindings.ts'

/** A role with what it grants when it is one of the tenant's own; null for built-in, disabled and vanished roles. */
export interface HeldRole {
  roleUid: string
  customPermissions: string[] | null
}

/** A role in the whole tenant (`project` null) or in one project. */
export type HeldBinding = HeldRole & { project: string | null }

/** Everything that a holder's rights come from, teams of a user included. Null: there are none. */
export interface RightsRow {
  bindings: HeldBinding[]
  resourceRoles:
    | {
        uid: string
        projectUids: string[]
        roles: HeldRole[] | null
        filters: (TagFilter & { uid: string })[] | null
      }[]
    | null
  workspaceRoles: (HeldRole & { workspace: string; project: string })[] | null
}

/** The tenant's own roles `o` that `uid`, of tenant `tenant`, names. */
const ownRole = (tenant: string, uid: string): string => `left join objects o on o.tenant = ${tenant} and o.uid = ${uid}
       and o.kind = 'Role' and o.deleted_at is null and o.spec -> 'isDisabled' is distinct from 'true'`

/** Rows of `table` that belong to the holder: a select of `columns`. */
type RowsOf = (table: string, columns: readonly string[]) => string

const columnsOf = (alias: string, columns: readonly string[]): string =>
  columns.map((column) => `${alias}.${column}`).join(', ')

/** Of user `u` and of the teams they are in. */
const ofUser: RowsOf = (table, columns) => `
       select ${columnsOf('t', columns)} from ${table} t where t.tenant = u.tenant and t.user_uid = u.uid
       union all
       select ${columnsOf('t', columns)} from team_members m
       join ${table} t on t.tenant = m.tenant and t.team_uid = m.team_uid
       where m.tenant = u.tenant and m.user_uid = u.uid`

/** Of team `u` itself. */
const ofTeam: RowsOf = (table, columns) => `
       select ${columnsOf('t', columns)} from ${table} t where t.tenant = u.tenant and t.team_uid = u.uid`

/** A list of `HeldBinding`, for statements that read it with its holder `u`. */
const bindingsOf = (rows: RowsOf): string => `
     (select coalesce(json_agg(json_build_object(
       'project', b.project, 'roleUid', b.role_uid, 'customPermissions', o.spec -> 'permissions')), '[]')
     from (${rows('role_bindings', ['tenant', 'project', 'role_uid'])}
     ) b ${ownRole('b.tenant', 'b.role_uid')}) as bindings`

/** The other columns of a `RightsRow`. Made part of the statement above they cost everybody as much again, in executor nodes alone. */
const moreOf = (rows: RowsOf): string => `
     (select json_agg(json_build_object('uid', r.uid, 'projectUids', r.project_uids,
       'roles', (select json_agg(json_build_object('roleUid', held.uid, 'customPermissions', o.spec -> 'permissions'))
         from unnest(r.role_uids) as held (uid) ${ownRole('r.tenant', 'held.uid')}),
       'filters', (select json_agg(json_build_object(
           'uid', f.uid, 'conjunction', f.spec -> 'conjunction', 'conditions', f.spec -> 'conditions'))
         from objects f where f.tenant = r.tenant and f.uid = any(r.filter_uids) and f.kind = 'TagFilter'
         and f.deleted_at is null)))
     from (${rows('resource_roles', ['tenant', 'uid', 'project_uids', 'filter_uids', 'role_uids'])}
     ) r) as "resourceRoles",
     (select json_agg(json_build_object('workspace', b.workspace, 'project', w.project,
       'roleUid', b.role_uid, 'customPermissions', o.spec -> 'permissions'))
     from (${rows('workspace_roles', ['tenant', 'workspace', 'role_uid'])}
     ) b join objects w on w.tenant = b.tenant and w.uid = b.workspace and w.project is not null
     ${ownRole('b.tenant', 'b.role_uid')}) as "workspaceRoles"`

/** Of the user `u` of a statement. */
export const BINDINGS_OF_USER = bindingsOf(ofUser)
const [BINDINGS_OF_TEAM, MORE_OF_USER, MORE_OF_TEAM] = [bindingsOf(ofTeam), moreOf(ofUser), moreOf(ofTeam)]

/** The holder's rights, of which `bindings` are known: a second statement for those only who hold more than bindings. */
export async function completeRights(
  sql: Sql,
  tenant: string,
  holder: Holder,
  bindings: HeldBinding[],
): Promise<RightsRow> {
  if (!bindings.some(({ roleUid }) => roleUid === besideRole))
    return { bindings, resourceRoles: null, workspaceRoles: null }
  const [table, uid] = tableOf(holder)
  const [row] = await sql.query<Omit<RightsRow, 'bindings'> & { [column: string]: unknown }>(
    `select ${table === 'users' ? MORE_OF_USER : MORE_OF_TEAM} from ${table} u where u.tenant = $1 and u.uid = $2`,
    [tenant, uid],
  )
  return { bindings, resourceRoles: row?.resourceRoles ?? null, workspaceRoles: row?.workspaceRoles ?? null }
}

/** Everything the holder may do comes from these; of a user, by their teams too. */
export async function selectRights(sql: Sql, tenant: string, holder: Holder): Promise<RightsRow> {
  const [table, uid] = tableOf(holder)
  const [row] = await sql.query<Pick<RightsRow, 'bindings'> & { [column: string]: unknown }>(
    `select ${table === 'users' ? BINDINGS_OF_USER : BINDINGS_OF_TEAM} from ${table} u where u.tenant = $1 and u.uid = $2`,
    [tenant, uid],
  )
  return completeRights(sql, tenant, holder, row?.bindings ?? [])
}
