import type { KindName } from '@atrium/api/kinds/index.ts'
import type { Permission } from '@atrium/api/permissions/catalogue.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { reaches, type Target } from '@atrium/runtime/store/reach.ts'
import type { Reach } from '@atrium/runtime/store/store.ts'
import { canInSome, canOn, projectsWith, reachesWith, type Subject } from '../auth/rights/subject.ts'
import { isSharedDownwards, permissionFor, type Verb } from './resources.ts'

/** The part of an object that decides who may do what with it. A project belongs to itself. */
export interface Guarded extends Target {
  tenant: string
}

export const notFound = (kind: KindName, uid: string): AtriumError =>
  new AtriumError('ResourceNotFound', `${kind} '${uid}' is not found. Check the uid, and the project it belongs to.`)

/** Whether the subject may read the object; whoever may not gets the answer of an object that does not exist. */
export const sees = (subject: Subject, kind: KindName, object: Guarded): boolean =>
  holds(subject, permissionFor(kind, 'get'), kind, object)

/** Whether a role of the subject gives `permission` on the object. What is shared downwards, one in any project lets be read. */
export function holds(
  subject: Pick<Subject, 'grants'>,
  permission: Permission,
  kind: KindName,
  object: Guarded,
): boolean {
  if (canOn(subject, permission, object)) return true
  if (!isRead(permission, kind) || object.project !== null || !isSharedDownwards(kind)) return false
  return canInSome(subject, permission) || sharedReaches(subject, permission).some((reach) => reaches(reach, object))
}

const isRead = (permission: Permission, kind: KindName): boolean =>
  permission === permissionFor(kind, 'get') || permission === permissionFor(kind, 'list')

/** What is shared downwards is in every project: by tags it is seen as what lives there is. */
const sharedReaches = (subject: Pick<Subject, 'grants'>, permission: Permission): Reach[] =>
  reachesWith(subject, permission)
    .filter(({ filters }) => filters !== undefined)
    .map((reach) => ({ ...reach, projects: [null] }))

/** The one decision: what is not seen is not touched, and content of another tenant (shared by the installation) is read only. */
export const allows = (subject: Subject, permission: Permission, kind: KindName, object: Guarded): boolean =>
  sees(subject, kind, object) &&
  (object.tenant === subject.tenant || isRead(permission, kind)) &&
  holds(subject, permission, kind, object)

/** As it is enforced: unseen is not found, seen and not permitted is forbidden. */
export function authorize(subject: Subject, verb: Verb, kind: KindName, object: Guarded): void {
  if (!sees(subject, kind, object)) throw notFound(kind, object.uid)
  const permission = permissionFor(kind, verb)
  if (verb !== 'get' && !allows(subject, permission, kind, object)) throw forbidden(permission)
}

export const forbidden = (permission: string): AtriumError =>
  new AtriumError('Forbidden', `This needs the permission ${permission}, which your roles do not give here.`, {
    details: { permission },
  })

/** Refuses what needs a permission on this object beside those of its kind's verbs. */
export function mustHold(subject: Subject, permission: Permission, target: Target): void {
  if (!canOn(subject, permission, target)) throw forbidden(permission)
}

/** What of `kind` the subject may list: 'all', or what one of these reaches. */
export function listable(subject: Subject, kind: KindName): 'all' | Reach[] {
  const permission = permissionFor(kind, 'list')
  if (subject.grants.tenant.has(permission)) return 'all'
  const projects = projectsWith(subject, permission)
  const isShared = isSharedDownwards(kind)
  return [
    ...(projects.length === 0 ? [] : [{ projects: isShared ? [...projects, null] : projects }]),
    ...reachesWith(subject, permission),
    ...(isShared ? sharedReaches(subject, permission) : []),
  ]
}
