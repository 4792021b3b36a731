import { listProjects } from '../../platform/projects.ts'
import { apiVersion } from '../document.ts'
import type { Scope } from '../scope.ts'
import { list, object, required, text } from '../shape.ts'
import { differs, type KindDefinition } from './kind.ts'
import { readRoles } from './role.ts'

type ProjectRoles = { name: string; roles: string[] }
type UserSpec = { firstName?: string; lastName?: string; roles?: string[]; projects?: ProjectRoles[] }

/** A user is known by the address of their mail. Passwords are no part of it: `user password` sets one. */
export const userKind: KindDefinition<UserSpec> = {
  aliases: [],
  spec: object({
    ...{ firstName: text, lastName: text },
    /** Of the whole tenant. */
    roles: list(text),
    projects: list(object({ name: required(text), roles: required(list(text)) })),
  }),
  scopes: ['tenant'],
  isLabelled: false,
  async list({ client }) {
    const uids: string[] = []
    for await (const { metadata } of client.list('GET /v1/users')) uids.push(metadata?.uid ?? '')
    return uids
  },
  async find({ client }, { metadata: { name } }) {
    for await (const { metadata, spec } of client.list('GET /v1/users'))
      if (spec?.emailId?.toLowerCase() === name.toLowerCase()) return metadata?.uid ?? null
    return null
  },
  async read({ client }, uid) {
    const params = { uid }
    const [{ spec }, ofTenant, ofProjects] = await Promise.all([
      client.call('GET /v1/users/{uid}', { params }),
      client.call('GET /v1/users/{uid}/roles', { params }),
      client.call('GET /v1/users/{uid}/projects', { params }),
    ])
    const { emailId = '', firstName, lastName } = spec ?? {}
    const roles = namesOf(ofTenant.roles)
    const projects = (ofProjects.projects ?? []).map(({ name = '', roles }) => ({ name, roles: namesOf(roles) }))
    return {
      ...{ apiVersion, kind: 'User', metadata: { name: emailId } },
      spec: {
        ...(firstName && { firstName }),
        ...(lastName && { lastName }),
        ...(roles.length > 0 && { roles }),
        ...(projects.length > 0 && { projects: projects.toSorted((one, other) => (one.name < other.name ? -1 : 1)) }),
      },
    }
  },
  /** The order of roles and of projects means nothing. */
  async complete(_scope, wanted) {
    const { roles, projects, ...names } = wanted.spec
    const sorted = projects?.map(({ name, roles: held }) => ({ name, roles: held.toSorted() }))
    return {
      ...wanted,
      spec: {
        ...names,
        ...(roles && { roles: roles.toSorted() }),
        ...(sorted && { projects: sorted.toSorted((one, other) => (one.name < other.name ? -1 : 1)) }),
      },
    }
  },
  async create(scope, { metadata, spec }) {
    const { firstName = '', lastName = '', roles = [] } = spec
    const uids = await roleUids(scope, roles, 'spec.roles')
    const body = { metadata: {}, spec: { emailId: metadata.name, firstName, lastName, roles: uids } }
    const { uid } = await scope.client.call('POST /v1/users', { body })
    await setProjects(scope, uid, [], spec.projects ?? [])
  },
  async update(scope, uid, { live, wanted: { metadata, spec }, differences }) {
    const { client } = scope
    const params = { uid }
    const { firstName = '', lastName = '' } = spec
    if (differs(differences, 'spec.firstName') || differs(differences, 'spec.lastName'))
      await client.call('PUT /v1/users/{uid}', {
        params,
        body: { spec: { emailId: metadata.name, firstName, lastName } },
      })
    if (differs(differences, 'spec.roles')) {
      const roles = await roleUids(scope, spec.roles ?? [], 'spec.roles')
      await client.call('PUT /v1/users/{uid}/roles', { params, body: { roles } })
    }
    if (differs(differences, 'spec.projects'))
      await setProjects(scope, uid, live.spec.projects ?? [], spec.projects ?? [])
  },
  async remove({ client }, uid) {
    await client.call('DELETE /v1/users/{uid}', { params: { uid } })
  },
}

const namesOf = (roles: { name?: string | undefined }[] | null | undefined): string[] =>
  (roles ?? []).map(({ name = '' }) => name).toSorted()

/** Projects that no longer stand there lose their roles. */
async function setProjects(
  scope: Scope,
  uid: string,
  live: readonly ProjectRoles[],
  wanted: readonly ProjectRoles[],
): Promise<void> {
  const gone = live.filter(({ name }) => !wanted.some((one) => one.name === name))
  const all = await listProjects(scope.client)
  const projects = []
  for (const [index, { name, roles }] of [...wanted, ...gone.map(({ name }) => ({ name, roles: [] }))].entries()) {
    const path = `spec.projects[${index}]`
    const projectUid = all.find((one) => one.name === name)?.uid
    if (projectUid === undefined) throw new Error(`${path}.name: there is no project '${name}'. Declare it too.`)
    projects.push({ projectUid, roles: await roleUids(scope, roles, `${path}.roles`) })
  }
  if (projects.length > 0)
    await scope.client.call('PUT /v1/users/{uid}/projects', { params: { uid }, body: { projects } })
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
