import type { v1UidSummary, v1User, v1UserSummary } from '@atrium/api/generated/operations.d.ts'
import type { RoleBinding, RoleInfo, Team, User } from '../../../auth/identity.ts'

export const nameOf = ({ firstName, lastName, email }: User): string => `${firstName} ${lastName}`.trim() || email

const metadata = (user: User) => ({
  name: nameOf(user),
  uid: user.uid,
  labels: {},
  annotations: {},
  creationTimestamp: user.createdAt,
  lastModifiedTimestamp: user.modifiedAt,
})

const status = ({ isActive, hasPassword, isLinked, lastSignInAt }: User) => ({
  isActive: isActive && (hasPassword || isLinked),
  activationLink: '',
  isPasswordResetting: false,
  ...(lastSignInAt === null ? {} : { lastSignIn: lastSignInAt }),
})

const names = ({ email, firstName, lastName }: User) => ({ emailId: email, firstName, lastName })

export const viewUser = (user: User, bindings: RoleBinding[]): v1User => ({
  metadata: metadata(user),
  spec: {
    ...names(user),
    roles: ofTenant(bindings),
  },
  status: status(user),
})

export interface UserSurroundings {
  teams: Team[]
  roles: RoleInfo[]
  /** Names of projects by uid. */
  projects: ReadonlyMap<string, string>
}

/** Roles and projects are the user's own, as `viewUser` tells them; those of their teams stand with the teams. */
export function viewUserSummary(user: User, bindings: RoleBinding[], around: UserSurroundings): v1UserSummary {
  const projects = viewProjects(bindings, around.projects)
  return {
    metadata: metadata(user),
    spec: {
      ...names(user),
      teams: around.teams.filter(({ users }) => users.includes(user.uid)).map(({ uid, name }) => ({ uid, name })),
      roles: viewRoles(ofTenant(bindings), around.roles),
      projects,
      projectsCount: projects.length,
    },
    status: status(user),
  }
}

/** Uids of the roles that are held in the whole tenant, each once. */
export const ofTenant = (bindings: RoleBinding[]): string[] => [
  ...new Set(bindings.filter(({ project }) => project === null).map(({ roleUid }) => roleUid)),
]

/** The projects in which roles are held, each once; one that the caller does not see has no name. */
export const viewProjects = (bindings: RoleBinding[], names: ReadonlyMap<string, string>): v1UidSummary[] =>
  [...new Set(bindings.flatMap(({ project }) => project ?? []))].map((uid) => ({ uid, name: names.get(uid) ?? '' }))

/** References to roles with the names a person knows them by. */
export const viewRoles = (uids: string[], roles: RoleInfo[]): { uid: string; name: string }[] =>
  uids.map((uid) => ({ uid, name: roles.find((role) => role.uid === uid)?.name ?? '' }))
