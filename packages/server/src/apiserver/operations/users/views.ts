import type { v1User, v1UserSummary } from '@atrium/api/generated/operations.d.ts'
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

export const viewUserSummary = (user: User, teams: Team[]): v1UserSummary => ({
  metadata: metadata(user),
  spec: {
    ...names(user),
    teams: teams.filter(({ users }) => users.includes(user.uid)).map(({ uid, name }) => ({ uid, name })),
    roles: [],
    projects: [],
  },
  status: status(user),
})

/** Uids of the roles that are held in the whole tenant, each once. */
export const ofTenant = (bindings: RoleBinding[]): string[] => [
  ...new Set(bindings.filter(({ project }) => project === null).map(({ roleUid }) => roleUid)),
]

/** References to roles with the names a person knows them by. */
export const viewRoles = (uids: string[], roles: RoleInfo[]): { uid: string; name: string }[] =>
  uids.map((uid) => ({ uid, name: roles.find((role) => role.uid === uid)?.name ?? '' }))
