import type { v1Scope } from '@atrium/api/generated/operations.d.ts'
import { apiVersion } from '../document.ts'
import { documentMetadata, type Scope, sentMetadata } from '../scope.ts'
import { flag, list, object, oneOf, required, text } from '../shape.ts'
import { type KindDefinition, refuseChange } from './kind.ts'

type RoleSpec = { scope: v1Scope; permissions: string[]; disabled?: boolean }

/** Roles of the tenant's own; built-in ones are the product's, and need no document. */
export const roleKind: KindDefinition<RoleSpec> = {
  aliases: [],
  spec: required(
    object({
      scope: required(oneOf('tenant', 'project', 'resource')),
      permissions: required(list(text)),
      disabled: flag,
    }),
  ),
  scopes: ['tenant'],
  isLabelled: true,
  list: async (scope) =>
    (await readRoles(scope)).flatMap(({ metadata, spec }) => (spec?.type === 'user' ? [metadata?.uid ?? ''] : [])),
  async find(scope, { metadata }) {
    const role = (await readRoles(scope)).find((one) => one.metadata?.name === metadata.name)
    if (role?.spec?.type === 'system')
      throw new Error(`metadata.name: role '${metadata.name}' is built in and cannot be changed. Choose another name.`)
    return role?.metadata?.uid ?? null
  },
  async read({ client }, uid) {
    const { metadata, spec, status } = await client.call('GET /v1/roles/{uid}', { params: { uid } })
    const { scope = 'tenant', permissions } = spec ?? {}
    return {
      ...{ apiVersion, kind: 'Role', metadata: documentMetadata(metadata, 'Role') },
      spec: { scope, permissions: permissions ?? [], ...(status?.isEnabled === false && { disabled: true }) },
    }
  },
  /** The server keeps permissions in order, and each once. */
  complete: async (_scope, wanted) => ({
    ...wanted,
    spec: { ...wanted.spec, permissions: [...new Set(wanted.spec.permissions)].sort() },
  }),
  async create({ client }, { metadata, spec }) {
    await client.call('POST /v1/roles', { body: sentRole(metadata, spec) })
  },
  async update({ client }, uid, { wanted: { metadata, spec }, differences }) {
    refuseChange(differences, 'spec.scope', 'Give the role of the other scope another name.')
    await client.call('PUT /v1/roles/{uid}', { params: { uid }, body: sentRole(metadata, spec) })
  },
  async remove({ client }, uid) {
    await client.call('DELETE /v1/roles/{uid}', { params: { uid } })
  },
}

const sentRole = (metadata: Parameters<typeof sentMetadata>[0], { scope, permissions, disabled }: RoleSpec) => ({
  metadata: sentMetadata(metadata),
  spec: { scope, permissions },
  status: { isEnabled: disabled !== true },
})

/** Of the tenant, built-in ones too. */
export async function readRoles({ client }: Pick<Scope, 'client'>) {
  const roles = []
  for await (const role of client.list('GET /v1/roles', { project: null })) roles.push(role)
  return roles
}
