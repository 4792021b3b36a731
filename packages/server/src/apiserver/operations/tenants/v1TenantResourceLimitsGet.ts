import type { v1ResourceLimitType } from '@atrium/api/generated/operations.d.ts'
import { defineOperation } from '../../operation.ts'
import { defaultLimits } from './resource-limits.ts'
import { mustBeOwnTenant } from './setting.ts'

export const v1TenantResourceLimitsGet = defineOperation('v1TenantResourceLimitsGet', {
  scope: 'self',
  permission: null,
  async handler({ subject, params }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    const stored = (await context.identity.setting(subject.tenant, 'resourceLimits')) ?? {}
    return {
      resources: Object.entries(defaultLimits).map(([kind, { label, limit }]) => ({
        kind: kind as v1ResourceLimitType,
        label,
        limit: typeof stored[kind] === 'number' ? stored[kind] : limit,
        maxLimit: limit,
      })),
    }
  },
})
