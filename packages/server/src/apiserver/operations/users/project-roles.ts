import type { v1ProjectRolesEntity, v1ProjectRolesPatch } from '@atrium/api/generated/operations.d.ts'
import { notFound } from '../../../admission/authorize.ts'
import type { Holder, RoleBinding } from '../../../auth/identity.ts'
import type { Subject } from '../../../auth/rights/subject.ts'
import type { ServerContext } from '../../../context.ts'
import { capped } from '../../invalid.ts'
import { checkRemovals, checkRoles, projectNames } from './load.ts'
import { viewRoles } from './views.ts'

const rolesIn = (bindings: RoleBinding[], project: string): string[] => [
  ...new Set(bindings.filter((binding) => binding.project === project).map(({ roleUid }) => roleUid)),
]

/** Roles by project: those of the holder itself, and beside them those of their teams. */
export async function viewProjectRoles(
  context: ServerContext,
  subject: Subject,
  own: RoleBinding[],
  inherited: RoleBinding[] = [],
): Promise<v1ProjectRolesEntity> {
  const roles = await context.identity.roles(subject.tenant)
  const names = await projectNames(context, subject)
  const held = new Set([...own, ...inherited].flatMap(({ project }) => project ?? []))
  const projects = [...held].map((uid) => ({
    uid,
    name: names.get(uid) ?? '',
    roles: viewRoles(rolesIn(own, uid), roles),
    inheritedRoles: viewRoles(rolesIn(inherited, uid), roles),
  }))
  return { projects: projects.toSorted((one, other) => (one.name < other.name ? -1 : 1)) }
}

export interface ProjectRoles {
  project: string
  roleUids: string[]
}

export const parseProjectRoles = ({ projects }: v1ProjectRolesPatch): ProjectRoles[] =>
  (projects ?? []).map(({ projectUid = '', roles }) => ({ project: projectUid, roleUids: roles ?? [] }))

const mostProjects = 1_000

/** Replaces the holder's roles in these projects; refuses projects that do not exist, and what the caller may not give or take. */
export async function setProjectRoles(
  context: ServerContext,
  subject: Subject,
  holder: Holder,
  roles: ProjectRoles[],
): Promise<void> {
  for (const { project, roleUids } of capped(roles, mostProjects, 'projects')) {
    const found = await context.admission.run(subject, (tx) => tx.get('Project', project))
    if (!found) throw notFound('Project', project)
    await checkRoles(context, subject, roleUids, project)
    await checkRemovals(context, subject, holder, project, roleUids)
  }
  await context.identity.setRoleBindings(subject, holder, roles)
}
