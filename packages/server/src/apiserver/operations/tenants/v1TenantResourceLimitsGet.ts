import type { v1ResourceLimitType } from '@atrium/api/generated/operations.d.ts'
import { defaultLimits, limitsName } from '../../../auth/rights/resource-limits.ts'
import { defineOperation } from '../../operation.ts'
import { mustBeOwnTenant } from './setting.ts'

export const v1TenantResourceLimitsGet = defineOperation('v1TenantResourceLimitsGet', {
  scope: 'self',
  permission: null,
  async handler({ subject, params }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    const stored = (await context.identity.setting(subject.tenant, limitsName)) ?? {}
    const kinds = new Set([...Object.keys(defaultLimits), ...Object.keys(stored)]) as Set<v1ResourceLimitType>
    return {
      resources: [...kinds].map((kind) => {
        const { label = kind, limit } = defaultLimits[kind] ?? {}
        const own = stored[kind]
        const most = typeof own === 'number' ? own : limit
        // A tenant may go beyond what it begins with.
        return { kind, label, limit: most, maxLimit: Math.max(most ?? 0, limit ?? 0) }
      }),
    }
  },
})
