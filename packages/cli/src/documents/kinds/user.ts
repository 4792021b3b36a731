import { apiVersion } from '../document.ts'
import type { Scope } from '../scope.ts'
import { object, text } from '../shape.ts'
import {
  type HeldRoles,
  heldShape,
  type ProjectRoles,
  roleUids,
  sentProjects,
  sortedHeld,
  viewHeld,
} from './held-roles.ts'
import { differs, type KindDefinition } from './kind.ts'

type UserSpec = { firstName?: string; lastName?: string } & HeldRoles

/** A user is known by the address of their mail. Passwords are no part of it: `user password` sets one. */
export const userKind: KindDefinition<UserSpec> = {
  aliases: [],
  spec: object({ firstName: text, lastName: text, ...heldShape }),
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
    return {
      ...{ apiVersion, kind: 'User', metadata: { name: emailId } },
      spec: {
        ...(firstName && { firstName }),
        ...(lastName && { lastName }),
        ...viewHeld(ofTenant, ofProjects),
      },
    }
  },
  complete: async (_scope, wanted) => ({ ...wanted, spec: { ...wanted.spec, ...sortedHeld(wanted.spec) } }),
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

/** Projects that no longer stand there lose their roles. */
async function setProjects(
  scope: Scope,
  uid: string,
  live: readonly ProjectRoles[],
  wanted: readonly ProjectRoles[],
): Promise<void> {
  const gone = live.filter(({ name }) => !wanted.some((one) => one.name === name))
  const projects = await sentProjects(scope, [...wanted, ...gone.map(({ name }) => ({ name, roles: [] }))])
  if (projects.length > 0)
    await scope.client.call('PUT /v1/users/{uid}/projects', { params: { uid }, body: { projects } })
}
