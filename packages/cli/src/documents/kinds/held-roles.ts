import { listProjects } from '../../platform/projects.ts'
import type { Scope } from '../scope.ts'
import { list, object, required, text } from '../shape.ts'
import { readRoles } from './role.ts'

export type ProjectRoles = { name: string; roles: string[] }

/** What a user or a team holds: roles of the whole tenant, and of projects. */
export type HeldRoles = { roles?: string[]; projects?: ProjectRoles[] }

export const heldShape = {
  roles: list(text),
  projects: list(object({ name: required(text), roles: required(list(text)) })),
}

type Named = { name?: string | undefined; roles?: { name?: string | undefined }[] | null | undefined }

const namesOf = (roles: Named['roles']): string[] => (roles ?? []).map(({ name = '' }) => name).toSorted()

const byName = (projects: ProjectRoles[]): ProjectRoles[] =>
  projects.toSorted((one, other) => (one.name < other.name ? -1 : 1))

/** As a document has it; a project where only a team holds something is none of the user's. */
export function viewHeld(ofTenant: Named, { projects }: { projects?: Named[] | null | undefined }): HeldRoles {
  const roles = namesOf(ofTenant.roles)
  const held = (projects ?? []).map(({ name = '', roles: own }) => ({ name, roles: namesOf(own) }))
  const own = held.filter((project) => project.roles.length > 0)
  return { ...(roles.length > 0 && { roles }), ...(own.length > 0 && { projects: byName(own) }) }
}

/** The order of roles and of projects means nothing. */
export const sortedHeld = ({ roles, projects }: HeldRoles): HeldRoles => ({
  ...(roles && { roles: roles.toSorted() }),
  ...(projects && { projects: byName(projects.map(({ name, roles: held }) => ({ name, roles: held.toSorted() }))) }),
})

/** Roles by project, as the API takes them. */
export async function sentProjects(
  scope: Scope,
  projects: readonly ProjectRoles[],
): Promise<{ projectUid: string; roles: string[] }[]> {
  if (projects.length === 0) return []
  const all = await listProjects(scope.client)
  const sent = []
  for (const [index, { name, roles }] of projects.entries()) {
    const path = `spec.projects[${index}]`
    const projectUid = all.find((one) => one.name === name)?.uid
    if (projectUid === undefined) throw new Error(`${path}.name: there is no project '${name}'. Declare it too.`)
    sent.push({ projectUid, roles: await roleUids(scope, roles, `${path}.roles`) })
  }
  return sent
}

/** Throws naming the roles there are. */
export async function roleUids(
  scope: Pick<Scope, 'client'>,
  names: readonly string[],
  path: string,
): Promise<string[]> {
  if (names.length === 0) return []
  const all = await readRoles(scope)
  return names.map((name) => {
    const uid = all.find(({ metadata }) => metadata?.name === name)?.metadata?.uid
    if (uid !== undefined) return uid
    throw new Error(
      `${path}: there is no role '${name}'. There are: ${all.map(({ metadata }) => metadata?.name).join(', ')}.`,
    )
  })
}
