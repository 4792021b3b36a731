import type { Permission } from '@atrium/api/permissions/catalogue.ts'
import type { Actor, StoredObject } from '@atrium/runtime/store/store.ts'

/** What a user holds: at tenant scope (valid everywhere in the tenant) and in single projects. */
export interface Grants {
  tenant: ReadonlySet<string>
  projects: ReadonlyMap<string, ReadonlySet<string>>
}

/** The object that a request names, and the version of it that the caller asks for (`If-Match`). */
export interface NamedObject {
  /** Whether a version is asked for. */
  readonly asks: boolean
  /** It was read, or written. */
  met(object: StoredObject): void
  /** Whether it is this one, which is about to be changed; throws `PreconditionFailed` when it has another version. */
  isMet(object: StoredObject): boolean
  /** Before a change is kept: throws when a version was asked for and nothing was compared with it. */
  mustBeJudged(wasJudged: boolean): void
  /** The change is kept. */
  settle(): void
}

/** Who asks, resolved afresh from the database for every request: taking a role away works at once. */
export interface Subject {
  tenant: string
  tenantName: string
  /** Uid of the user behind session or key. */
  userUid: string
  actor: Actor
  grants: Grants
  /** Absent where no request is behind it. */
  named?: NamedObject
}

/** Whether the subject holds `permission` for an object of `project` (null = tenant scope). */
export const can = (subject: Subject, permission: Permission, project: string | null): boolean =>
  subject.grants.tenant.has(permission) ||
  (project !== null && subject.grants.projects.get(project)?.has(permission) === true)

/** Projects the subject holds `permission` in by project roles alone. */
export const projectsWith = (subject: Subject, permission: Permission): string[] =>
  [...subject.grants.projects].filter(([, held]) => held.has(permission)).map(([project]) => project)

/** Whether the subject holds `permission` anywhere. */
export const canSomewhere = (subject: Subject, permission: Permission): boolean =>
  subject.grants.tenant.has(permission) || projectsWith(subject, permission).length > 0

/** Whether the subject may know that the project exists. */
export const seesProject = (subject: Subject, project: string): boolean =>
  subject.grants.tenant.has('project.get') || subject.grants.projects.has(project)
