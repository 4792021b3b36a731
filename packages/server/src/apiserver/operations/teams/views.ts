import type { v1Team, v1TeamSummary } from '@atrium/api/generated/operations.d.ts'
import type { RoleBinding, RoleInfo, Team, User } from '../../../auth/identity.ts'
import { nameOf, ofTenant, viewProjects, viewRoles } from '../users/views.ts'

const metadata = ({ name, uid, labels, annotations, createdAt, modifiedAt }: Team) => ({
  name,
  uid,
  labels,
  annotations,
  creationTimestamp: createdAt,
  lastModifiedTimestamp: modifiedAt,
})

export const viewTeam = (team: Team, bindings: RoleBinding[]): v1Team => ({
  metadata: metadata(team),
  spec: { users: team.users, roles: ofTenant(bindings), ...(team.sources.length > 0 && { sources: team.sources }) },
  status: {},
})

export interface TeamSurroundings {
  users: User[]
  roles: RoleInfo[]
  /** Names of projects by uid. */
  projects: ReadonlyMap<string, string>
}

export const viewTeamSummary = (team: Team, bindings: RoleBinding[], around: TeamSurroundings): v1TeamSummary => ({
  metadata: metadata(team),
  spec: {
    users: around.users
      .filter(({ uid }) => team.users.includes(uid))
      .map((user) => ({ uid: user.uid, name: nameOf(user) })),
    roles: viewRoles(ofTenant(bindings), around.roles),
    projects: viewProjects(bindings, around.projects),
  },
  status: {},
})
