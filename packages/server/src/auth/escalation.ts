import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { RoleInfo } from './identity.ts'
import type { Grants, Subject } from './subject.ts'

const holds = ({ tenant, projects }: Grants, permission: string, project: string | null): boolean =>
  tenant.has(permission) || (project !== null && projects.get(project)?.has(permission) === true)

/** Whether `own` holds everything that `other` holds, wherever it holds it. */
function covers(own: Grants, other: Grants): boolean {
  if (![...other.tenant].every((permission) => holds(own, permission, null))) return false
  return [...other.projects].every(([project, held]) =>
    [...held].every((permission) => holds(own, permission, project)),
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

/** Nobody gives a role with more than they hold themselves in that scope. */
export function mustHoldRole(subject: Subject, role: RoleInfo, project: string | null): void {
  const missing = role.permissions.filter((permission) => !holds(subject.grants, permission, project))
  if (missing.length === 0) return
  throw new AtriumError(
    'Forbidden',
    `Role '${role.name}' holds permissions that you do not hold here: ${missing.slice(0, 5).join(', ')}.`,
    { details: { permissions: missing } },
  )
}
