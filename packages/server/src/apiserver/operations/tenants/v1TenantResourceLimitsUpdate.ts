import { defineOperation } from '../../operation.ts'
import { mustBeOwnTenant } from './setting.ts'

/** Kinds that are not named keep their limit. */
export const v1TenantResourceLimitsUpdate = defineOperation('v1TenantResourceLimitsUpdate', {
  scope: 'tenant',
  permission: 'tenant.update',
  async handler({ subject, params, body }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    const stored = await context.identity.setting(subject.tenant, 'resourceLimits')
    const given = (body.resources ?? []).map(({ kind, limit }) => [kind, limit] as const)
    await context.identity.putSetting(subject, 'resourceLimits', { ...stored, ...Object.fromEntries(given) })
  },
})
