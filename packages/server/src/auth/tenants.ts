import { selectSetting, upsertSetting } from '../store/identity/settings.ts'
import { selectUsers } from '../store/identity/users.ts'
import type { Tenant } from '../store/system-store.ts'
import type { Identity } from './identity.ts'
import { change, type Parts } from './parts.ts'

/** A tenant of that name without any user: its making was cut short, and nobody can have used it. */
async function unfinishedTenant({ database, system }: Parts, name: string): Promise<Tenant | null> {
  const tenant = await system.tenantByName(name)
  if (!tenant) return null
  const users = await database.withTenant(tenant.uid, (sql) => selectUsers(sql, tenant.uid))
  return users.length === 0 ? tenant : null
}

type Methods = 'createTenant' | 'tenantByName' | 'listTenants' | 'setting' | 'putSetting'

export function tenants(parts: Parts): Pick<Identity, Methods> {
  const { database, system } = parts
  return {
    async createTenant(name, actor) {
      const unfinished = await unfinishedTenant(parts, name)
      const { uid, ...tenant } = unfinished ?? (await system.createTenant({ name }))
      const message = unfinished ? 'went on with the tenant, which had no user yet' : 'created the tenant'
      await change(parts, { tenant: uid, actor }, async () => ({
        result: undefined,
        entry: { action: 'create', kind: 'Tenant', uid, name, message },
      }))
      return { uid, ...tenant }
    },

    tenantByName: (name) => system.tenantByName(name),

    listTenants: () => system.tenants(),

    setting: (tenant, name, project = null) => selectSetting(database.readsOf(tenant), tenant, project, name),

    putSetting: (scope, name, value, project = null) =>
      change(parts, scope, async (sql, at) => {
        await upsertSetting(sql, scope.tenant, { project, name, value, at })
        return {
          result: undefined,
          entry: { action: 'update', kind: 'Settings', uid: project ?? scope.tenant, name, message: `set ${name}` },
        }
      }),
  }
}
