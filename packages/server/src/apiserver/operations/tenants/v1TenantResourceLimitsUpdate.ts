import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { limitsName } from '../../../auth/resource-limits.ts'
import { defineOperation } from '../../operation.ts'
import { mustBeOwnTenant } from './setting.ts'

/** Kinds that are not named keep their limit. */
export const v1TenantResourceLimitsUpdate = defineOperation('v1TenantResourceLimitsUpdate', {
  scope: 'tenant',
  permission: 'tenant.update',
  async handler({ subject, params, body }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    const stored = await context.identity.setting(subject.tenant, limitsName)
    // Go clients leave 0 out.
    const given = (body.resources ?? []).map(({ kind, limit = 0 }) => [kind, limit] as const)
    const negative = given.find(([, limit]) => limit < 0)
    if (negative) {
      throw new AtriumError('InvalidRequest', `resources: the limit of '${negative[0]}' cannot be negative.`, {
        details: { field: 'resources' },
      })
    }
    await context.identity.putSetting(subject, limitsName, { ...stored, ...Object.fromEntries(given) })
  },
})
