import { catalogue, isPermissionOf } from '@atrium/api/permissions/catalogue.ts'
import { builtInRole } from '@atrium/api/permissions/roles.ts'
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

/** The union of what the held roles give, by scope. */
export function grantsFrom({ bindings, resourceRoles, workspaceRoles }: RightsRow): Grants {
  const tenant = new Set<string>()
  const projects = new Map<string, Set<string>>()
  for (const binding of bindings) {
    let held = tenant
    if (binding.project !== null) {
      held = projects.get(binding.project) ?? new Set()
      projects.set(binding.project, held)
    }
    for (const permission of permissionsOf(binding)) held.add(permission)
  }
  return { tenant, projects, tagged: taggedFrom(resourceRoles), workspaces: workspacesFrom(workspaceRoles) }
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
