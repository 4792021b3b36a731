import type { KindName } from '@atrium/api/kinds/index.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { can, canSomewhere, projectsWith, type Subject } from '../auth/subject.ts'
import { isSharedDownwards, permissionFor, type Verb } from './resources.ts'

/** The part of an object that decides who may do what with it. */
export interface Guarded {
  tenant: string
  /** Uid of the project it belongs to; a project belongs to itself; null = tenant scope. */
  project: string | null
}

export const notFound = (kind: KindName, uid: string): AtriumError =>
  new AtriumError('ResourceNotFound', `${kind} '${uid}' is not found. Check the uid, and the project it belongs to.`)

/** Whether the subject may read the object; whoever may not gets the answer of an object that does not exist. */
export function sees(subject: Subject, kind: KindName, object: Guarded): boolean {
  const permission = permissionFor(kind, 'get')
  if (can(subject, permission, object.project)) return true
  return object.project === null && isSharedDownwards(kind) && canSomewhere(subject, permission)
}

/** Whether the subject may do `verb` with the object. Content of another tenant (shared by the installation) is read only. */
function may(subject: Subject, verb: Verb, kind: KindName, object: Guarded): boolean {
  if (verb === 'get' || verb === 'list') return sees(subject, kind, object)
  return object.tenant === subject.tenant && can(subject, permissionFor(kind, verb), object.project)
}

/** The one decision on a single object: unseen is not found, seen and not permitted is forbidden. */
export function authorize(subject: Subject, verb: Verb, kind: KindName, uid: string, object: Guarded): void {
  if (!sees(subject, kind, object)) throw notFound(kind, uid)
  if (!may(subject, verb, kind, object)) throw forbidden(permissionFor(kind, verb))
}

export const forbidden = (permission: string): AtriumError =>
  new AtriumError('Forbidden', `This needs the permission ${permission}, which your roles do not give here.`, {
    details: { permission },
  })

/** Scopes whose objects of `kind` the subject may list: 'all', or project uids and null for tenant scope. */
export function listableScopes(subject: Subject, kind: KindName): 'all' | (string | null)[] {
  const permission = permissionFor(kind, 'list')
  if (subject.grants.tenant.has(permission)) return 'all'
  const projects = projectsWith(subject, permission)
  return projects.length > 0 && isSharedDownwards(kind) ? [...projects, null] : projects
}
