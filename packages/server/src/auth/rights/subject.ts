import type { Permission } from '@atrium/api/permissions/catalogue.ts'
import type { TagFilter } from '@atrium/api/tags.ts'
import { reaches, type Target } from '@atrium/runtime/store/reach.ts'
import type { Actor, Reach, StoredObject } from '@atrium/runtime/store/store.ts'

/** What one resource role gives: its permissions on those objects of its projects that a filter of it lets through. */
export interface TaggedGrant {
  /** Of the resource role. */
  uid: string
  projects: ReadonlySet<string>
  permissions: ReadonlySet<string>
  filters: readonly (TagFilter & { uid: string })[]
}

/** What roles in one workspace give, on that workspace alone. */
export interface WorkspaceGrant {
  project: string
  permissions: ReadonlySet<string>
}

/** What a user holds: at tenant scope (valid everywhere in the tenant), in single projects, by tags, and on single workspaces. */
export interface Grants {
  tenant: ReadonlySet<string>
  projects: ReadonlyMap<string, ReadonlySet<string>>
  tagged: readonly TaggedGrant[]
  /** By uid of the workspace. */
  workspaces: ReadonlyMap<string, WorkspaceGrant>
}

export const noGrants: Grants = { tenant: new Set(), projects: new Map(), tagged: [], workspaces: new Map() }

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

type Holder = Pick<Subject, 'grants'>

/** Whether the subject holds `permission` for every object of `project` (null = tenant scope). */
export const can = ({ grants }: Holder, permission: string, project: string | null): boolean =>
  grants.tenant.has(permission) || (project !== null && grants.projects.get(project)?.has(permission) === true)

/** The part of a project's objects, and of workspaces, that each resource role and workspace role gives `permission` on. */
const partsWith = ({ grants }: Holder, permission: string): (Reach & { within: readonly string[] })[] => {
  const tagged = grants.tagged.filter(({ permissions }) => permissions.has(permission))
  const workspaces = [...grants.workspaces].filter(([, { permissions }]) => permissions.has(permission))
  return [
    ...tagged.map(({ projects, filters }) => ({ within: [...projects], projects: [...projects], filters })),
    ...workspaces.map(([uid, { project }]) => ({ within: [project], uids: [uid] })),
  ]
}

/** Whether the subject holds `permission` on this very object, by whatever role. */
export const canOn = (subject: Holder, permission: string, target: Target): boolean =>
  can(subject, permission, target.project) || partsWith(subject, permission).some((part) => reaches(part, target))

/** Projects the subject holds `permission` in by project roles. */
export const projectsWith = ({ grants }: Holder, permission: string): string[] =>
  [...grants.projects].filter(([, held]) => held.has(permission)).map(([project]) => project)

/** The parts of single projects that resource roles and workspace roles give `permission` on. */
export const reachesWith = (subject: Holder, permission: Permission): Reach[] =>
  partsWith(subject, permission).map(({ within: _projects, ...reach }) => reach)

/** Whether the subject holds `permission` for all there is of some project. */
export const canInSome = (subject: Holder, permission: Permission): boolean =>
  subject.grants.tenant.has(permission) || projectsWith(subject, permission).length > 0

/** Whether the subject holds `permission` anywhere, be it for a single object. */
export const canSomewhere = (subject: Holder, permission: Permission): boolean =>
  canInSome(subject, permission) || partsWith(subject, permission).length > 0

/** Whether the subject holds `permission` for anything of the project; what it is, admission decides. */
export const canWithin = (subject: Holder, permission: Permission, project: string): boolean =>
  can(subject, permission, project) || partsWith(subject, permission).some(({ within }) => within.includes(project))

/** Whether the subject may know that the project exists. */
export const seesProject = ({ grants }: Holder, project: string): boolean =>
  grants.tenant.has('project.get') ||
  grants.projects.has(project) ||
  grants.tagged.some(({ projects }) => projects.has(project)) ||
  [...grants.workspaces.values()].some((held) => held.project === project)
