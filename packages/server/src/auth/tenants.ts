import { isoNow } from '@atrium/runtime/base/clock.ts'
import { newUid } from '@atrium/runtime/base/random.ts'
import { selectSetting, upsertSetting } from '../store/identity/settings.ts'
import * as rows from '../store/identity/tenants.ts'
import type { Identity } from './identity.ts'
import { change, type Parts, unique } from './parts.ts'

type Methods = 'createTenant' | 'tenantByName' | 'listTenants' | 'setting' | 'putSetting'

export function tenants(parts: Parts): Pick<Identity, Methods> {
  const { database, clock, random } = parts
  return {
    async createTenant(name, actor) {
      const uid = newUid(random)
      const tenant = await unique(`A tenant called '${name}' exists already.`, 'name', () =>
        database.asSystem((sql) => rows.insertTenant(sql, { uid, name, at: isoNow(clock) })),
      )
      await change(parts, { tenant: uid, actor }, async () => ({
        result: undefined,
        entry: { action: 'create', kind: 'Tenant', uid, name, message: 'created the tenant' },
      }))
      return tenant
    },

    tenantByName: (name) => database.asSystem((sql) => rows.selectTenantByName(sql, name)),

    listTenants: () => database.asSystem((sql) => rows.selectTenants(sql)),

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
