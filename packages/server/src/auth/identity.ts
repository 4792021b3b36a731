import type { RoleScope } from '@atrium/api/permissions/catalogue.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import type { Actor } from '@atrium/runtime/store/store.ts'
import type { Tenant } from '../store/system-store.ts'
import type { Grants, Subject } from './subject.ts'

export interface User {
  uid: string
  email: string
  firstName: string
  lastName: string
  isActive: boolean
  /** False until a password was set. */
  hasPassword: boolean
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

/** A role as rights need it. */
export interface RoleInfo {
  uid: string
  name: string
  scope: RoleScope
  permissions: readonly string[]
}

/** One role a user holds: `project` null = at tenant scope. */
export interface RoleBinding {
  roleUid: string
  project: string | null
}

/** Roles over chosen projects, narrowed by filters. Kept and echoed; grants nothing until filters exist. */
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
}

/** Tenants, users, keys, sessions and role bindings. Every change is audited in its own transaction. */
export interface Identity {
  subjectOfApiKey(key: string): Promise<Subject | null>
  subjectOfToken(token: string): Promise<Subject | null>
  /**
   * Password sign-in. `org` may be absent when the e-mail exists in one tenant only. Rejects with `Unauthorized`, in the
   * same time whatever is wrong; too many failures of one e-mail or address are refused for a while.
   */
  signIn(input: { email: string; password: string; org?: string; ip: string }): Promise<Secret<string>>
  /** A new token for a valid one; the old one ends. */
  refresh(token: string): Promise<Secret<string> | null>
  revokeToken(scope: Scope, token: string): Promise<void>

  /** `DuplicateName` when there is one of that name, unless it has no user yet: its making was cut short and goes on. */
  createTenant(name: string, actor: Actor): Promise<Tenant>
  tenantByName(name: string): Promise<Tenant | null>
  listTenants(): Promise<Tenant[]>

  /** A document of the tenant, or of a project in it, by name; null = never set. */
  setting(tenant: string, name: string, project?: string | null): Promise<Record<string, unknown> | null>
  putSetting(scope: Scope, name: string, value: object, project?: string | null): Promise<void>

  createUser(scope: Scope, user: NewUser): Promise<User>
  getUser(tenant: string, uid: string): Promise<User | null>
  listUsers(tenant: string): Promise<User[]>
  updateUser(scope: Scope, uid: string, patch: UserPatch): Promise<User>
  setPassword(scope: Scope, uid: string, password: Secret<string>): Promise<void>
  deleteUser(scope: Scope, uid: string): Promise<void>

  /** Built-in roles and the tenant's own. */
  roles(tenant: string): Promise<RoleInfo[]>
  role(tenant: string, uid: string): Promise<RoleInfo | null>

  roleBindings(tenant: string, userUid: string): Promise<RoleBinding[]>
  /** Those of every user, by uid of the user. */
  allRoleBindings(tenant: string): Promise<Map<string, RoleBinding[]>>
  /** Replaces the roles of the user in the scopes named; scopes not named stay. */
  setRoleBindings(scope: Scope, userUid: string, roles: { project: string | null; roleUids: string[] }[]): Promise<void>
  /** Uids of users who hold the role. */
  holdersOf(tenant: string, roleUid: string): Promise<string[]>
  grantsOf(tenant: string, userUid: string): Promise<Grants>

  resourceRoles(tenant: string, userUid: string): Promise<ResourceRole[]>
  addResourceRole(scope: Scope, userUid: string, role: Omit<ResourceRole, 'uid'>): Promise<string>
  updateResourceRole(scope: Scope, userUid: string, role: ResourceRole): Promise<void>
  deleteResourceRole(scope: Scope, userUid: string, uid: string): Promise<void>

  /** Returns the key's secret too: the only time it is known. */
  createApiKey(scope: Scope, key: NewApiKey): Promise<{ key: ApiKey; secret: Secret<string> }>
  getApiKey(tenant: string, uid: string): Promise<ApiKey | null>
  listApiKeys(tenant: string, userUid?: string): Promise<ApiKey[]>
  updateApiKey(scope: Scope, uid: string, patch: ApiKeyPatch): Promise<void>
  deleteApiKey(scope: Scope, uid: string): Promise<void>
}
