import { selectSetting, upsertSetting } from '../store/identity/settings.ts'
import type { Identity } from './identity.ts'
import { change, type Parts } from './parts.ts'

type Methods = 'createTenant' | 'tenantByName' | 'listTenants' | 'setting' | 'putSetting'

export function tenants(parts: Parts): Pick<Identity, Methods> {
  const { database, system } = parts
  return {
    async createTenant(name, actor) {
      const tenant = await system.createTenant({ name })
      await change(parts, { tenant: tenant.uid, actor }, async () => ({
        result: undefined,
        entry: { action: 'create', kind: 'Tenant', uid: tenant.uid, name, message: 'created the tenant' },
      }))
      return tenant
    },

    tenantByName: (name) => system.tenantByName(name),

    listTenants: () => system.tenants(),

    setting: (tenant, name, project = null) =>
      database.withTenant(tenant, (sql) => selectSetting(sql, tenant, project, name)),

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
