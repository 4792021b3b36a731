import type { v1WorkspaceScopeRoles, v1WorkspacesRolesPatch } from '@atrium/api/generated/operations.d.ts'
import { notFound } from '../../../admission/authorize.ts'
import type { Holder, RoleInfo, WorkspaceRole } from '../../../auth/identity.ts'
import { mustHoldOnWorkspace } from '../../../auth/rights/escalation.ts'
import { workspacePart } from '../../../auth/rights/grants.ts'
import type { Subject } from '../../../auth/rights/subject.ts'
import type { ServerContext } from '../../../context.ts'
import { capped, invalid } from '../../invalid.ts'
import { viewRoles } from './views.ts'

const most = { workspaces: 200, roles: 20 } as const

/** Roles by project and workspace; those of the user's teams beside their own. */
export async function viewWorkspaceRoles(
  { identity, admission }: ServerContext,
  subject: Subject,
  own: readonly WorkspaceRole[],
  inherited: readonly WorkspaceRole[] = [],
): Promise<v1WorkspaceScopeRoles> {
  const roles = await identity.roles(subject.tenant)
  const uids = [...new Set(own.map(({ workspace }) => workspace))]
  // What the caller does not see has no name.
  const names = await admission.run(subject, async (tx) => {
    const [projects, workspaces] = [await tx.list('Project'), await tx.listBrief('Workspace', { where: { uid: uids } })]
    return new Map([...projects.items, ...workspaces.items].map(({ meta }) => [meta.uid, meta.name]))
  })
  const inWorkspace = (held: readonly WorkspaceRole[], uid: string) =>
    viewRoles([...new Set(held.filter(({ workspace }) => workspace === uid).map(({ roleUid }) => roleUid))], roles)
  // Clients take a workspace without roles of the holder's own for one that was emptied.
  const projects = [...Map.groupBy(own, ({ project }) => project)].map(([uid, held]) => ({
    uid,
    name: names.get(uid) ?? '',
    workspaces: [...new Set(held.map(({ workspace }) => workspace))].map((workspace) => ({
      uid: workspace,
      name: names.get(workspace) ?? '',
      roles: inWorkspace(own, workspace),
      inheritedRoles: inWorkspace(inherited, workspace),
    })),
  }))
  return { projects }
}

/** Replaces the holder's roles in the workspaces named; an empty list takes one away, those not named stay. */
export async function setWorkspaceRoles(
  context: ServerContext,
  subject: Subject,
  holder: Holder,
  { workspaces }: v1WorkspacesRolesPatch,
): Promise<void> {
  const given = capped(workspaces, most.workspaces, 'workspaces')
  const held = await context.identity.workspaceRoles(subject.tenant, holder)
  const known = await context.identity.roles(subject.tenant)
  const changes: { workspace: string; roleUids: string[] }[] = []
  for (const [index, { uid = '', roles }] of given.entries()) {
    const field = `workspaces[${index}].roles`
    const roleUids = [...capped(roles, most.roles, field)]
    const before = held.filter(({ workspace }) => workspace === uid).map(({ roleUid }) => roleUid)
    // Roles went with their workspace; clients still say that they are to go.
    if (roleUids.length === 0 && before.length === 0) continue
    const workspace = await context.admission.run(subject, (tx) => tx.get('Workspace', uid))
    if (workspace === null || workspace.meta.project === null) throw notFound('Workspace', uid)
    const place = { uid, project: workspace.meta.project }
    for (const role of roleUids.map((one) => roleForWorkspaces(known, one, field)))
      mustHoldOnWorkspace(subject, role, place)
    const lost = known.filter((role) => before.includes(role.uid) && !roleUids.includes(role.uid))
    for (const role of lost) mustHoldOnWorkspace(subject, role, place)
    changes.push({ workspace: uid, roleUids })
  }
  if (changes.length > 0) await context.identity.setWorkspaceRoles(subject, holder, changes)
}

function roleForWorkspaces(known: readonly RoleInfo[], uid: string, field: string): RoleInfo {
  const role = known.find((one) => one.uid === uid)
  if (role?.scope !== 'project') throw invalid(field, `'${uid}' is not a role of scope 'project'`)
  if (workspacePart(role.permissions).length > 0) return role
  throw invalid(field, `role '${role.name}' holds no permission on workspaces, so it gives nothing in one`)
}

/** What the user holds in workspaces through their teams. */
export async function inheritedWorkspaceRoles(
  { identity }: ServerContext,
  { tenant }: Subject,
  userUid: string,
): Promise<WorkspaceRole[]> {
  const teams = await identity.teamsOf(tenant, userUid)
  return (await Promise.all(teams.map(({ uid }) => identity.workspaceRoles(tenant, { team: uid })))).flat()
}
