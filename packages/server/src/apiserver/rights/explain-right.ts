import type { KindName } from '@atrium/api/kinds/index.ts'
import type { Permission } from '@atrium/api/permissions/catalogue.ts'
import { passesFilter } from '@atrium/api/tags.ts'
import { allows, type Guarded, holds, sees } from '../../admission/authorize.ts'
import { permissionFor } from '../../admission/resources.ts'
import { can, canSomewhere, canWithin, type Subject } from '../../auth/rights/subject.ts'
import type { HeldRole } from './held-roles.ts'

/** What is asked about: one object, a project, or (null) the tenant. */
export type About = { kind: KindName; object: Guarded } | { project: string | null }

/** Why, by the same decisions that admission makes. */
export interface Reasons {
  allowed: boolean
  extent: 'all' | 'some' | 'none'
  givenBy: HeldRole[]
  /** Resource roles that give it in the project to objects with other tags. */
  missedBy: HeldRole[]
  missing: Permission[]
}

/** Why the subject, who holds `held`, may do with `about` what `permission` stands for. */
export const explainRight = (subject: Subject, held: HeldRole[], permission: Permission, about: About): Reasons =>
  'object' in about
    ? explainOnObject(subject, held, permission, about)
    : explainInScope(subject, held, permission, about.project)

function explainOnObject(
  subject: Subject,
  held: HeldRole[],
  permission: Permission,
  { kind, object }: { kind: KindName; object: Guarded },
): Reasons {
  const allowed = allows(subject, permission, kind, object)
  const get = permissionFor(kind, 'get')
  const lacks = [
    ...(sees(subject, kind, object) ? [] : [get]),
    ...(holds(subject, permission, kind, object) ? [] : [permission]),
  ]
  const givenBy = held.filter((role) => holds(role, permission, kind, object))
  const missedBy = held.filter(
    (role) => role.scope === 'resource' && !givenBy.includes(role) && givesSome(role, permission, object.project),
  )
  const filtered = givenBy.map((role) => ({
    ...role,
    filters: role.filters.filter((filter) => passesFilter(filter, object.labels)),
  }))
  return { allowed, extent: allowed ? 'all' : 'none', givenBy: filtered, missedBy, missing: [...new Set(lacks)] }
}

function explainInScope(subject: Subject, held: HeldRole[], permission: Permission, project: string | null): Reasons {
  const whole = can(subject, permission, project)
  const partly = givesSome(subject, permission, project)
  return {
    allowed: whole,
    extent: whole ? 'all' : partly ? 'some' : 'none',
    givenBy: held.filter((role) => (whole ? can(role, permission, project) : givesSome(role, permission, project))),
    missedBy: [],
    missing: whole ? [] : [permission],
  }
}

const givesSome = (role: Pick<Subject, 'grants'>, permission: Permission, project: string | null): boolean =>
  project === null ? canSomewhere(role, permission) : canWithin(role, permission, project)
