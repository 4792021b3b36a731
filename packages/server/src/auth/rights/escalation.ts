import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { ResourceRole, RoleInfo } from '../identity.ts'
import { resourcePart, workspacePart } from './grants.ts'
import { can, type Grants, type Subject } from './subject.ts'

/** Whether what a filter picks of a project is within reach: all of the project, or by the same filter. */
const holdsTagged = (grants: Grants, permission: string, project: string, filter: string): boolean =>
  can({ grants }, permission, project) ||
  grants.tagged.some(
    ({ permissions, projects, filters }) =>
      permissions.has(permission) && projects.has(project) && filters.some(({ uid }) => uid === filter),
  )

const holdsWorkspace = (grants: Grants, permission: string, { uid, project }: Place): boolean =>
  can({ grants }, permission, project) || grants.workspaces.get(uid)?.permissions.has(permission) === true

interface Place {
  uid: string
  project: string
}

/** Whether `own` holds everything that `other` holds, wherever it holds it. */
export function covers(own: Grants, other: Grants): boolean {
  const everyOf = (permissions: Iterable<string>, holds: (permission: string) => boolean): boolean =>
    [...permissions].every(holds)
  return (
    everyOf(other.tenant, (permission) => can({ grants: own }, permission, null)) &&
    [...other.projects].every(([project, held]) =>
      everyOf(held, (permission) => can({ grants: own }, permission, project)),
    ) &&
    other.tagged.every(({ projects, filters, permissions }) =>
      everyOf(permissions, (permission) =>
        [...projects].every((project) => filters.every(({ uid }) => holdsTagged(own, permission, project, uid))),
      ),
    ) &&
    [...other.workspaces].every(([uid, { project, permissions }]) =>
      everyOf(permissions, (permission) => holdsWorkspace(own, permission, { uid, project })),
    )
  )
}

/** Nobody acts for a user who may do more: a new password or key would hand those rights over. */
export function mustCover(subject: Subject, target: Grants): void {
  if (covers(subject.grants, target)) return
  throw new AtriumError('Forbidden', 'This user holds permissions that you do not hold, so you cannot act for them.')
}

/** Nobody decides who is in a team that may do more: membership hands its rights over, and takes them away. */
export function mustCoverTeam(subject: Subject, name: string, target: Grants): void {
  if (covers(subject.grants, target)) return
  throw new AtriumError(
    'Forbidden',
    `Team '${name}' holds permissions that you do not hold, so you cannot decide who is in it.`,
  )
}

function mustHoldAll({ name }: RoleInfo, permissions: readonly string[], holds: (permission: string) => boolean): void {
  const missing = permissions.filter((permission) => !holds(permission))
  if (missing.length === 0) return
  throw new AtriumError(
    'Forbidden',
    `Role '${name}' holds permissions that you do not hold here: ${missing.slice(0, 5).join(', ')}.`,
    { details: { permissions: missing } },
  )
}

/** Nobody gives a role with more than they hold themselves in that scope. */
export const mustHoldRole = (subject: Subject, role: RoleInfo, project: string | null): void =>
  mustHoldAll(role, role.permissions, (permission) => can(subject, permission, project))

/** Nor on what filters pick of projects; where none is named, it must be held in the whole tenant, or project. */
export function mustHoldTagged(
  { grants }: Subject,
  role: RoleInfo,
  { projectUids, filterUids }: Pick<ResourceRole, 'projectUids' | 'filterUids'>,
): void {
  const holdsIn = (permission: string, project: string): boolean =>
    filterUids.length === 0
      ? can({ grants }, permission, project)
      : filterUids.every((filter) => holdsTagged(grants, permission, project, filter))
  mustHoldAll(role, resourcePart(role.permissions), (permission) =>
    projectUids.length === 0
      ? can({ grants }, permission, null)
      : projectUids.every((project) => holdsIn(permission, project)),
  )
}

/** Nor on a workspace. */
export const mustHoldOnWorkspace = ({ grants }: Subject, role: RoleInfo, workspace: Place): void =>
  mustHoldAll(role, workspacePart(role.permissions), (permission) => holdsWorkspace(grants, permission, workspace))
