import { ownTenant } from '../../resources/tenancy.ts'
import { apiVersion } from '../document.ts'
import type { Scope } from '../scope.ts'
import { object, required, text } from '../shape.ts'
import type { KindDefinition } from './kind.ts'

interface MacroText {
  name: string
  value: string
}

/** A macro has no uid: its name stands for it. */
export const macroKind: KindDefinition<{ value: string }> = {
  aliases: [],
  spec: required(object({ value: required(text) })),
  scopes: ['tenant', 'project'],
  isLabelled: false,
  list: async (scope) => (await readMacros(scope)).map(({ name }) => name),
  async find(scope, { metadata }) {
    return (await readMacros(scope)).find(({ name }) => name === metadata.name)?.name ?? null
  },
  async read(scope, uid) {
    const value = (await readMacros(scope)).find(({ name }) => name === uid)?.value ?? ''
    const metadata = { name: uid, ...(scope.project === null && { scope: 'tenant' as const }) }
    return { apiVersion, kind: 'Macro', metadata, spec: { value } }
  },
  async create(scope, { metadata, spec }) {
    const body = { macros: [{ name: metadata.name, value: spec.value }] }
    if (scope.project !== null)
      await scope.client.call('POST /v1/projects/{uid}/macros', { params: { uid: scope.project }, body })
    else await scope.client.call('POST /v1/tenants/{tenantUid}/macros', { params: await tenantOf(scope), body })
  },
  async update(scope, uid, { wanted }) {
    const body = { macros: [{ name: uid, value: wanted.spec.value }] }
    if (scope.project !== null)
      await scope.client.call('PATCH /v1/projects/{uid}/macros', { params: { uid: scope.project }, body })
    else await scope.client.call('PATCH /v1/tenants/{tenantUid}/macros', { params: await tenantOf(scope), body })
  },
  async remove(scope, uid) {
    const body = { macros: [{ name: uid }] }
    if (scope.project !== null)
      await scope.client.call('DELETE /v1/projects/{uid}/macros', { params: { uid: scope.project }, body })
    else await scope.client.call('DELETE /v1/tenants/{tenantUid}/macros', { params: await tenantOf(scope), body })
  },
}

async function readMacros(scope: Scope): Promise<MacroText[]> {
  const { macros } =
    scope.project === null
      ? await scope.client.call('GET /v1/tenants/{tenantUid}/macros', { params: await tenantOf(scope) })
      : await scope.client.call('GET /v1/projects/{uid}/macros', { params: { uid: scope.project } })
  return (macros ?? []).map(({ name = '', value = '' }) => ({ name, value }))
}

const tenantOf = async ({ client }: Scope): Promise<{ tenantUid: string }> => ({ tenantUid: await ownTenant(client) })
