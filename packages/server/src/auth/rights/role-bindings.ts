import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { newUid } from '@atrium/runtime/base/random.ts'
import type { Sql } from '../../store/database.ts'
import * as rows from '../../store/identity/bindings.ts'
import * as resourceRows from '../../store/identity/resource-roles.ts'
import { selectTeam } from '../../store/identity/teams.ts'
import { selectUser } from '../../store/identity/users.ts'
import * as workspaceRows from '../../store/identity/workspace-roles.ts'
import type { Holder, Identity } from '../identity.ts'
import { change, type Parts, teamNotFound, userNotFound } from '../parts.ts'

interface Named {
  uid: string
  name: string
}

/** The holder, who must exist, as audit names it: theirs alone to change until the transaction ends. */
async function required(sql: Sql, tenant: string, holder: Holder): Promise<Named> {
  const lock = rows.lockHolder(sql, tenant, holder)
  if (typeof holder !== 'string') {
    const [team] = await Promise.all([selectTeam(sql, tenant, holder.team), lock])
    if (!team) throw teamNotFound(holder.team)
    return { uid: team.uid, name: `team ${team.name}` }
  }
  const [user] = await Promise.all([selectUser(sql, tenant, holder), lock])
  if (!user) throw userNotFound(holder)
  return { uid: user.uid, name: user.email }
}

const entry = ({ uid, name }: Named, message: string) =>
  ({ action: 'setRoles', kind: 'RoleBinding', uid, name, message }) as const

const resourceRoleNotFound = (uid: string): AtriumError =>
  new AtriumError('ResourceNotFound', `Resource role '${uid}' is not found.`)

type Methods =
  | 'roleBindings'
  | 'roleBindingsOf'
  | 'roleBindingsIn'
  | 'setRoleBindings'
  | 'holdersOf'
  | 'workspaceRoles'
  | 'setWorkspaceRoles'
  | 'resourceRoles'
  | 'resourceRolesWith'
  | 'addResourceRole'
  | 'updateResourceRole'
  | 'deleteResourceRole'

export function roleBindings(parts: Parts): Pick<Identity, Methods> {
  const { database, random } = parts
  return {
    roleBindings: (tenant, holder) => rows.selectBindings(database.readsOf(tenant), tenant, holder),

    roleBindingsOf: async (tenant, holders) =>
      Map.groupBy(await rows.selectBindingsOf(database.readsOf(tenant), tenant, holders), ({ holder }) => holder),

    roleBindingsIn: (tenant, projects) => rows.selectBindingsIn(database.readsOf(tenant), tenant, projects),

    setRoleBindings: (scope, holder, roles) =>
      change(parts, scope, async (sql) => {
        const named = await required(sql, scope.tenant, holder)
        for (const { project, roleUids } of roles) {
          await rows.replaceBindings(sql, scope.tenant, holder, project, roleUids)
        }
        const text = roles.map(({ project, roleUids }) => `${project ?? 'tenant'}: ${roleUids.join(', ') || 'none'}`)
        return { result: undefined, entry: entry(named, `set roles; ${text.join('; ')}`) }
      }),

    holdersOf: (tenant, uid) => rows.selectHolders(database.readsOf(tenant), tenant, uid),

    workspaceRoles: (tenant, holder) =>
      database.withTenant(tenant, (sql) => workspaceRows.selectWorkspaceRoles(sql, tenant, holder)),

    setWorkspaceRoles: (scope, holder, roles) =>
      change(parts, scope, async (sql) => {
        const named = await required(sql, scope.tenant, holder)
        for (const role of roles) await workspaceRows.replaceWorkspaceRoles(sql, scope.tenant, holder, role)
        await rows.noteBeside(sql, scope.tenant, holder)
        const text = roles.map(({ workspace, roleUids }) => `workspace ${workspace}: ${roleUids.join(', ') || 'none'}`)
        return { result: undefined, entry: entry(named, `set roles; ${text.join('; ')}`) }
      }),

    resourceRolesWith: (tenant, filterUid) =>
      database.withTenant(tenant, (sql) => resourceRows.selectRolesWithFilter(sql, tenant, filterUid)),

    resourceRoles: (tenant, holder) =>
      database.withTenant(tenant, (sql) => resourceRows.selectResourceRoles(sql, tenant, holder)),

    addResourceRole: (scope, holder, role) =>
      change(parts, scope, async (sql) => {
        const named = await required(sql, scope.tenant, holder)
        const uid = newUid(random)
        await resourceRows.insertResourceRole(sql, scope.tenant, holder, { uid, ...role })
        await rows.noteBeside(sql, scope.tenant, holder)
        return { result: uid, entry: entry(named, 'added a resource role') }
      }),

    updateResourceRole: (scope, holder, role) =>
      change(parts, scope, async (sql) => {
        const named = await required(sql, scope.tenant, holder)
        const isKnown = await resourceRows.updateResourceRole(sql, scope.tenant, holder, role)
        if (!isKnown) throw resourceRoleNotFound(role.uid)
        return { result: undefined, entry: entry(named, 'changed a resource role') }
      }),

    deleteResourceRole: (scope, holder, uid) =>
      change(parts, scope, async (sql) => {
        const named = await required(sql, scope.tenant, holder)
        if (!(await resourceRows.deleteResourceRole(sql, scope.tenant, holder, uid))) throw resourceRoleNotFound(uid)
        return { result: undefined, entry: entry(named, 'removed a resource role') }
      }),
  }
}
