import { catalogue, isPermissionOf } from '@atrium/api/permissions/catalogue.ts'
import { builtInRole, builtInRoles } from '@atrium/api/permissions/roles.ts'
import type { HeldRole, RightsRow } from '../../store/identity/rights.ts'
import type { Grants, TaggedGrant, WorkspaceGrant } from './subject.ts'

const permissionsOf = ({ roleUid, customPermissions }: HeldRole): readonly string[] =>
  builtInRole(roleUid)?.permissions ?? customPermissions ?? []

/** What a role can give on a single workspace that is there: the rest of it is about a project. */
const onWorkspaces: ReadonlySet<string> = new Set(
  catalogue.workspace.operations.filter((verb) => verb !== 'create').map((verb) => `workspace.${verb}`),
)
export const workspacePart = (permissions: readonly string[]): string[] =>
  permissions.filter((name) => onWorkspaces.has(name))

/** What a role can give on objects that tags pick. */
export const resourcePart = (permissions: readonly string[]): string[] =>
  permissions.filter((name) => isPermissionOf('resource', name))

const nothing: ReadonlySet<string> = new Set()
/** By uid: each request has grants of its own, and most are one built-in role of hundreds of permissions. */
const builtIn: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  builtInRoles.map(({ uid, permissions }) => [uid, new Set(permissions)]),
)

const setOf = (role: HeldRole): ReadonlySet<string> => builtIn.get(role.roleUid) ?? new Set(permissionsOf(role))

/** The union of what the held roles give, by scope. */
export function grantsFrom({ bindings, resourceRoles, workspaceRoles }: RightsRow): Grants {
  const held = new Map<string | null, ReadonlySet<string>>()
  for (const { project, ...role } of bindings) {
    const before = held.get(project)
    held.set(project, before ? new Set([...before, ...setOf(role)]) : setOf(role))
  }
  const tenant = held.get(null) ?? nothing
  held.delete(null)
  return {
    tenant,
    projects: held as Map<string, ReadonlySet<string>>,
    tagged: taggedFrom(resourceRoles),
    workspaces: workspacesFrom(workspaceRoles),
  }
}

/** One without projects, or without a filter that exists, gives nothing. */
const taggedFrom = (rows: RightsRow['resourceRoles']): TaggedGrant[] =>
  (rows ?? []).flatMap(({ uid, projectUids, roles, filters }) =>
    filters === null || projectUids.length === 0
      ? []
      : {
          uid,
          projects: new Set(projectUids),
          permissions: new Set((roles ?? []).flatMap((role) => resourcePart(permissionsOf(role)))),
          filters,
        },
  )

function workspacesFrom(rows: RightsRow['workspaceRoles']): Map<string, WorkspaceGrant> {
  const workspaces = new Map<string, WorkspaceGrant & { permissions: Set<string> }>()
  for (const { workspace, project, ...role } of rows ?? []) {
    const held = workspaces.get(workspace) ?? { project, permissions: new Set() }
    for (const permission of workspacePart(permissionsOf(role))) held.permissions.add(permission)
    workspaces.set(workspace, held)
  }
  return workspaces
}
