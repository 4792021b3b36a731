import { limitsName } from '../../../auth/rights/resource-limits.ts'
import { invalid } from '../../invalid.ts'
import { defineOperation } from '../../operation.ts'
import { mustBeOwnTenant } from './setting.ts'

/** Kinds that are not named keep their limit. */
export const v1TenantResourceLimitsUpdate = defineOperation('v1TenantResourceLimitsUpdate', {
  scope: 'tenant',
  permission: 'tenant.update',
  async handler({ subject, params, body }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    const stored = await context.identity.setting(subject.tenant, limitsName)
    const given = (body.resources ?? []).map(({ kind, limit = 0 }, index) => {
      if (kind === undefined) throw invalid(`resources[${index}].kind`, 'is missing')
      // Go clients leave 0 out.
      if (!Number.isSafeInteger(limit) || limit < 0)
        throw invalid(`resources[${index}].limit`, `of '${kind}' is no whole number from 0 up`)
      return [kind, limit] as const
    })
    await context.identity.putSetting(subject, limitsName, { ...stored, ...Object.fromEntries(given) })
  },
})
