import type { RoleScope } from '@atrium/api/permissions/catalogue.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import type { Actor } from '@atrium/runtime/store/store.ts'
import type { AuditSelection, RecordedAudit, readAudit } from '../store/audit.ts'
import type { Tenant } from '../store/system-store.ts'
import type { Mails } from './mail/mails.ts'
import type { Links } from './passwords/links.ts'
import type { Grants, NamedObject, Subject } from './rights/subject.ts'
import type { ProvenPerson, SignInIdentity } from './sign-in/sign-in-identity.ts'
import type { Operators } from './tenants/operators.ts'
import type { TenantLife } from './tenants/tenant-life.ts'

export interface User {
  uid: string
  email: string
  firstName: string
  lastName: string
  isActive: boolean
  /** False until a password was set. */
  hasPassword: boolean
  /** Whether they signed in by an identity provider of the tenant. */
  isLinked: boolean
  lastSignInAt: string | null
  createdAt: string
  modifiedAt: string
}

export interface ApiKey {
  uid: string
  name: string
  userUid: string
  annotations: Record<string, string>
  labels: Record<string, string>
  isActive: boolean
  expiresAt: string | null
  createdAt: string
  modifiedAt: string
}

/** Users who hold roles together. */
export interface Team {
  uid: string
  name: string
  labels: Record<string, string>
  annotations: Record<string, string>
  /** Uids of its members, in the order of their e-mails. */
  users: string[]
  /** `sso`: a sign-in made it, for an identity provider named it. */
  sources: string[]
  createdAt: string
  modifiedAt: string
}

/** Who holds a role: a user, by uid, or a team. */
export type Holder = string | { team: string }

/** A role as rights need it. */
export interface RoleInfo {
  uid: string
  name: string
  scope: RoleScope
  permissions: readonly string[]
  /** Held, and gives nothing. */
  isDisabled?: boolean
}

/** One role a user or a team holds: `project` null = at tenant scope. */
export interface RoleBinding {
  roleUid: string
  project: string | null
}

/** One role that a user or a team holds in one workspace. */
export interface WorkspaceRole {
  roleUid: string
  /** Uid. */
  workspace: string
  project: string
}

/** Roles over those objects of chosen projects that one of the filters lets through. */
export interface ResourceRole {
  uid: string
  projectUids: string[]
  filterUids: string[]
  roleUids: string[]
}

export interface NewUser {
  email: string
  firstName: string
  lastName: string
  password?: Secret<string>
  /** Uids of teams to be a member of. */
  teams?: readonly string[]
  /** A link that sets their first password goes to them by mail. */
  isInvited?: boolean
}

/** What is said of a team; members that are left out stay. */
export interface TeamPatch {
  name?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  users?: readonly string[]
}

export interface UserPatch {
  email?: string
  firstName?: string
  lastName?: string
  isActive?: boolean
}

export interface NewApiKey {
  name: string
  userUid: string
  expiresAt: string | null
  annotations?: Record<string, string>
  labels?: Record<string, string>
}

export interface ApiKeyPatch {
  name?: string
  annotations?: Record<string, string>
  labels?: Record<string, string>
  expiresAt?: string | null
  isActive?: boolean
}

/** Who acts in which tenant: what every change of identity data is done as, and audited. */
export interface Scope {
  tenant: string
  actor: Actor
  /** People, keys and settings have no versions: a request that asks for one is refused. */
  named?: NamedObject
}

/** Tenants, users, teams, keys, sessions and role bindings. Every change is audited in its own transaction. */
export interface Identity extends SignInIdentity {
  readonly operators: Operators
  readonly tenantLife: TenantLife
  readonly links: Links
  readonly mails: Mails

  subjectOfApiKey(key: string): Promise<Subject | null>
  subjectOfToken(token: string): Promise<Subject | null>

  /** `DuplicateName` when there is one of that name, unless it has no user yet: its making was cut short and goes on. */
  createTenant(name: string, actor: Actor, state?: 'Pending' | 'Active'): Promise<Tenant>
  tenantByName(name: string): Promise<Tenant | null>
  listTenants(): Promise<Tenant[]>

  /** A document of the tenant, or of a project in it, by name; null = never set. */
  setting(tenant: string, name: string, project?: string | null): Promise<Record<string, unknown> | null>
  putSetting(scope: Scope, name: string, value: object, project?: string | null): Promise<void>

  createUser(scope: Scope, user: NewUser): Promise<User>
  getUser(tenant: string, uid: string): Promise<User | null>
  /** By e-mail: all of them, the one who has this one, or a page of them (`limit` null = no end). */
  listUsers(tenant: string, wanted?: { email?: string } | { limit: number | null; offset: number }): Promise<User[]>
  countUsers(tenant: string): Promise<number>
  updateUser(scope: Scope, uid: string, patch: UserPatch): Promise<User>
  /** Ends the user's sessions, but that of `keptToken`. Rejects with `Unauthorized` when the password is no longer the one `proven`. */
  setPassword(
    scope: Scope,
    uid: string,
    password: Secret<string>,
    own?: { keptToken: string | null; proven: ProvenPerson },
  ): Promise<void>
  deleteUser(scope: Scope, uid: string): Promise<void>

  /** Built-in roles and the tenant's own. */
  roles(tenant: string): Promise<RoleInfo[]>
  role(tenant: string, uid: string): Promise<RoleInfo | null>

  createTeam(scope: Scope, team: Required<TeamPatch>): Promise<Team>
  getTeam(tenant: string, uid: string): Promise<Team | null>
  listTeams(tenant: string): Promise<Team[]>
  /** Those that the user is a member of. */
  teamsOf(tenant: string, userUid: string): Promise<Team[]>
  updateTeam(scope: Scope, uid: string, patch: TeamPatch): Promise<void>
  deleteTeam(scope: Scope, uid: string): Promise<void>

  /** Those given to the holder itself: of a user, nothing of their teams. */
  roleBindings(tenant: string, holder: Holder): Promise<RoleBinding[]>
  /** Those of these users and teams, by uid of the holder. */
  roleBindingsOf(tenant: string, holders: readonly string[]): Promise<Map<string, RoleBinding[]>>
  /** Roles that are held in these projects themselves, and by whom: not those held in the whole tenant. */
  roleBindingsIn(
    tenant: string,
    projects: readonly string[],
  ): Promise<{ project: string; holder: Holder; roleUid: string }[]>
  /** Replaces the roles of the holder in the scopes named; scopes not named stay. */
  setRoleBindings(scope: Scope, holder: Holder, roles: { project: string | null; roleUids: string[] }[]): Promise<void>
  /** Uid of what this request (`Actor.request`) made in that time (RFC 3339), if it is still there. */
  creationOf(tenant: string, request: string, made: { since: string; until: string }): Promise<string | null>
  /** Who was given this role, or a resource role with this filter. */
  holdersOf(tenant: string, uid: string): Promise<Holder[]>
  /** Everything the holder may do; a user by their teams, too. */
  grantsOf(tenant: string, holder: Holder): Promise<Grants>

  /** Roles in workspaces that were given to the holder itself. */
  workspaceRoles(tenant: string, holder: Holder): Promise<WorkspaceRole[]>
  /** Replaces the roles of the holder in the workspaces named; others stay. */
  setWorkspaceRoles(scope: Scope, holder: Holder, roles: { workspace: string; roleUids: string[] }[]): Promise<void>

  resourceRoles(tenant: string, holder: Holder): Promise<ResourceRole[]>
  /** Resource roles of anybody that are narrowed by this filter. */
  resourceRolesWith(
    tenant: string,
    filterUid: string,
  ): Promise<Pick<ResourceRole, 'uid' | 'projectUids' | 'roleUids'>[]>
  addResourceRole(scope: Scope, holder: Holder, role: Omit<ResourceRole, 'uid'>): Promise<string>
  updateResourceRole(scope: Scope, holder: Holder, role: ResourceRole): Promise<void>
  deleteResourceRole(scope: Scope, holder: Holder, uid: string): Promise<void>

  /** Returns the key's secret too: the only time it is known. */
  createApiKey(scope: Scope, key: NewApiKey): Promise<{ key: ApiKey; secret: Secret<string> }>
  getApiKey(tenant: string, uid: string): Promise<ApiKey | null>
  listApiKeys(tenant: string, userUid?: string): Promise<ApiKey[]>
  updateApiKey(scope: Scope, uid: string, patch: ApiKeyPatch): Promise<void>
  deleteApiKey(scope: Scope, uid: string): Promise<void>

  /** What was done in the tenant, newest first; of tenant `system`: by operators, and what became of tenants. */
  audits(tenant: string, query: Parameters<typeof readAudit>[1]): Promise<RecordedAudit[]>
  /** How much of it there is; at most 10,000 are counted. */
  countAudits(tenant: string, selection: AuditSelection): Promise<number>
  /** Notes something about an entry; a later note takes its place, and both stay on the record. */
  noteAudit(scope: Scope, entry: RecordedAudit, note: string): Promise<void>
}
