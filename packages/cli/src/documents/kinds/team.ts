import { apiVersion } from '../document.ts'
import { documentMetadata, type Scope, sentMetadata } from '../scope.ts'
import { list, object, text } from '../shape.ts'
import { type HeldRoles, heldShape, roleUids, sentProjects, sortedHeld, viewHeld } from './held-roles.ts'
import { differs, type KindDefinition } from './kind.ts'

type TeamSpec = { users?: string[] } & HeldRoles

/** Users, by the address of their mail, who hold roles together. */
export const teamKind: KindDefinition<TeamSpec> = {
  aliases: [],
  spec: object({ users: list(text), ...heldShape }),
  scopes: ['tenant'],
  isLabelled: true,
  list: async (scope) => (await readTeams(scope)).map(({ metadata }) => metadata?.uid ?? ''),
  async find(scope, { metadata: { name } }) {
    return (await readTeams(scope)).find(({ metadata }) => metadata?.name === name)?.metadata?.uid ?? null
  },
  async read(scope, uid) {
    const params = { uid }
    const [{ metadata, spec }, ofTenant, ofProjects, known] = await Promise.all([
      scope.client.call('GET /v1/teams/{uid}', { params }),
      scope.client.call('GET /v1/teams/{uid}/roles', { params }),
      scope.client.call('GET /v1/teams/{uid}/projects', { params }),
      readUsers(scope),
    ])
    const users = known.filter((user) => spec?.users?.includes(user.uid)).map(({ email }) => email)
    return {
      ...{ apiVersion, kind: 'Team', metadata: documentMetadata(metadata, 'Team') },
      spec: { ...(users.length > 0 && { users: users.toSorted() }), ...viewHeld(ofTenant, ofProjects) },
    }
  },
  /** The order of users means nothing, nor do capitals in an address. */
  async complete(_scope, wanted) {
    const users = wanted.spec.users?.map((email) => email.toLowerCase()).toSorted()
    return { ...wanted, spec: { ...wanted.spec, ...(users && { users }), ...sortedHeld(wanted.spec) } }
  },
  async create(scope, { metadata, spec }) {
    const users = await userUids(scope, spec.users ?? [], 'spec.users')
    const roles = await roleUids(scope, spec.roles ?? [], 'spec.roles')
    const projects = await sentProjects(scope, spec.projects ?? [])
    const body = { metadata: sentMetadata(metadata), spec: { users, roles } }
    const { uid } = await scope.client.call('POST /v1/teams', { body })
    if (projects.length > 0)
      await scope.client.call('PUT /v1/teams/{uid}/projects', { params: { uid }, body: { projects } })
  },
  async update(scope, uid, { live, wanted: { metadata, spec }, differences }) {
    const params = { uid }
    if (differs(differences, 'metadata') || differs(differences, 'spec.users')) {
      const users = await userUids(scope, spec.users ?? live.spec.users ?? [], 'spec.users')
      await scope.client.call('PUT /v1/teams/{uid}', {
        params,
        body: { metadata: sentMetadata(metadata), spec: { users } },
      })
    }
    if (differs(differences, 'spec.roles')) {
      const roles = await roleUids(scope, spec.roles ?? [], 'spec.roles')
      await scope.client.call('PUT /v1/teams/{uid}/roles', { params, body: { roles } })
    }
    if (differs(differences, 'spec.projects')) {
      const projects = await sentProjects(scope, spec.projects ?? [])
      await scope.client.call('PUT /v1/teams/{uid}/projects', { params, body: { projects } })
    }
  },
  async remove({ client }, uid) {
    await client.call('DELETE /v1/teams/{uid}', { params: { uid } })
  },
}

async function readTeams({ client }: Scope) {
  const teams = []
  for await (const team of client.list('GET /v1/teams')) teams.push(team)
  return teams
}

async function readUsers({ client }: Pick<Scope, 'client'>): Promise<{ uid: string; email: string }[]> {
  const users = []
  for await (const { metadata, spec } of client.list('GET /v1/users'))
    users.push({ uid: metadata?.uid ?? '', email: spec?.emailId ?? '' })
  return users
}

/** Uids of users by the address of their mail. Throws naming the first that is nobody's. */
export async function userUids(
  scope: Pick<Scope, 'client'>,
  emails: readonly string[],
  path: string,
): Promise<string[]> {
  if (emails.length === 0) return []
  const users = await readUsers(scope)
  return emails.map((email) => {
    const uid = users.find((user) => user.email === email.toLowerCase())?.uid
    if (uid === undefined) throw new Error(`${path}: there is no user '${email}'. Declare them too.`)
    return uid
  })
}
