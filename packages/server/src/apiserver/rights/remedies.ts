import { isPermissionOf, type Permission } from '@atrium/api/permissions/catalogue.ts'
import type { RoleInfo, User } from '../../auth/identity.ts'
import { grantsFrom } from '../../auth/rights/grants.ts'
import { can, type Subject } from '../../auth/rights/subject.ts'
import type { ServerContext } from '../../context.ts'
import { asHeld } from './held-roles.ts'

const most = 20

/** Roles that hold all of it: built-in ones, and the tenant's own for those who may list roles. */
export function rolesThatGive(
  roles: readonly RoleInfo[],
  missing: readonly Permission[],
  isShown: (role: RoleInfo) => boolean,
): RoleInfo[] {
  if (missing.length === 0) return []
  const gives = (role: RoleInfo): boolean =>
    role.isDisabled !== true &&
    missing.every(
      (name) => role.permissions.includes(name) && (role.scope !== 'resource' || isPermissionOf('resource', name)),
    )
  return roles.filter((role) => gives(role) && isShown(role)).slice(0, most)
}

/**
 * Users who could give it: those who may change users and hold all of it in the scope, by roles in the tenant or the project. In a few
 * statements, however many users there are.
 */
export async function whoCouldGive(
  { identity }: ServerContext,
  { tenant }: Subject,
  missing: readonly Permission[],
  project: string | null,
): Promise<User[]> {
  if (missing.length === 0) return []
  const roles = new Map((await identity.roles(tenant)).map((role) => [role.uid, role]))
  const users = (await identity.listUsers(tenant)).filter(({ isActive }) => isActive)
  const teams = await identity.listTeams(tenant)
  const bindings = await identity.roleBindingsOf(
    tenant,
    [...users, ...teams].map(({ uid }) => uid),
  )
  const teamsOf = Map.groupBy(
    teams.flatMap((team) => team.users.map((user) => ({ user, team: team.uid }))),
    ({ user }) => user,
  )
  const grantsOf = (uid: string) => {
    const holders = [uid, ...(teamsOf.get(uid) ?? []).map(({ team }) => team)]
    const held = holders.flatMap((holder) => bindings.get(holder) ?? [])
    const rows = held.flatMap(({ roleUid, project: where }) => {
      const role = roles.get(roleUid)
      return role ? { ...asHeld(role), project: where } : []
    })
    return { grants: grantsFrom({ bindings: rows, resourceRoles: null, workspaceRoles: null }) }
  }
  const found: User[] = []
  for (const user of users) {
    if (found.length === most) break
    const holder = grantsOf(user.uid)
    if (['user.update', ...missing].every((name, index) => can(holder, name, index === 0 ? null : project)))
      found.push(user)
  }
  return found
}
