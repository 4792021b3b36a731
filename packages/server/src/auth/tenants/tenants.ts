import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { type Actor, systemTenant } from '@atrium/runtime/store/store.ts'
import type { Sql } from '../../store/database.ts'
import { selectSetting, upsertSetting } from '../../store/identity/settings.ts'
import { selectUsers } from '../../store/identity/users.ts'
import type { EndingTenant, Tenant } from '../../store/system-store.ts'
import type { Identity } from '../identity.ts'
import { change, type Parts } from '../parts.ts'

/** A tenant of that name without any user: its making was cut short, and nobody can have used it. One on its way out has none at its end, too. */
async function unfinishedTenant({ database, system }: Parts, name: string): Promise<Tenant | null> {
  const tenant = await system.tenantByName(name)
  if (!tenant || tenant.state === 'Deleting') return null
  const users = await database.withTenant(tenant.uid, (sql) => selectUsers(sql, tenant.uid))
  return users.length === 0 ? tenant : null
}

/** Throws `ResourceNotFound`. */
export async function requiredTenant({ system }: Pick<Parts, 'system'>, uid: string): Promise<EndingTenant> {
  const tenant = await system.tenant(uid)
  if (!tenant) throw new AtriumError('ResourceNotFound', `Tenant '${uid}' is not found.`)
  return tenant
}

/** On the installation's record, which outlives the tenant. */
export const recordOfTenant = (
  parts: Parts,
  actor: Actor,
  { uid, name }: Pick<Tenant, 'uid' | 'name'>,
  action: string,
  message: string,
): Promise<void> =>
  change(parts, { tenant: systemTenant, actor }, async () => ({
    result: undefined,
    entry: { action, kind: 'Tenant', uid, name, message },
  }))

/** Who signs in there is let in. Throws what tells them why not. */
export function mustBeActive({ name, state }: Pick<Tenant, 'name' | 'state'>): void {
  if (state === 'Active') return
  const why = {
    Pending: 'waits for its administrator, who was sent a link to begin with',
    Disabled: 'was disabled by the operator of this installation. Ask them',
    Deleting: 'is being deleted by the operator of this installation',
  }[state]
  throw new AtriumError('TenantInactive', `The organisation '${name}' ${why}.`, { details: { state } })
}

/** A tenant that waited for its administrator is open. Throws where nobody is let in. */
export async function openTenant({ system }: Parts, uid: string): Promise<void> {
  const tenant = (await system.setTenantState(uid, ['Pending'], 'Active')) ?? (await system.tenant(uid))
  if (tenant) mustBeActive(tenant)
}

/** Keeps a setting, in the caller's transaction; answers its audit line. */
export async function writeSetting(sql: Sql, tenant: string, setting: Parameters<typeof upsertSetting>[2]) {
  await upsertSetting(sql, tenant, setting)
  const { project, name } = setting
  const entry = { action: 'update', kind: 'Settings' as const, uid: project ?? tenant, name, message: `set ${name}` }
  return { result: undefined, entry }
}

type Methods = 'createTenant' | 'tenantByName' | 'listTenants' | 'setting' | 'putSetting'

export function tenants(parts: Parts): Pick<Identity, Methods> {
  const { database, system } = parts
  return {
    async createTenant(name, actor, state = 'Active') {
      const unfinished = await unfinishedTenant(parts, name)
      const tenant = unfinished ?? (await system.createTenant({ name, state }))
      const { uid } = tenant
      const message = unfinished ? 'went on with the tenant, which had no user yet' : 'created the tenant'
      await change(parts, { tenant: uid, actor }, async () => ({
        result: undefined,
        entry: { action: 'create', kind: 'Tenant', uid, name, message },
      }))
      await recordOfTenant(parts, actor, tenant, 'create', message)
      if (tenant.state === state) return tenant
      return (await system.setTenantState(uid, ['Pending', 'Active'], state)) ?? tenant
    },

    tenantByName: (name) => system.tenantByName(name),

    listTenants: () => system.tenants(),

    setting: (tenant, name, project = null) => selectSetting(database.readsOf(tenant), tenant, project, name),

    putSetting: (scope, name, value, project = null) =>
      change(parts, scope, (sql, at) => writeSetting(sql, scope.tenant, { project, name, value, at })),
  }
}
