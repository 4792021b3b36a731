import { defaultPolicy, passwordPolicyName } from '../../../auth/passwords/policy.ts'
import { defineOperation } from '../../operation.ts'
import { mustBeOwnTenant } from './setting.ts'

/** A policy once set is shown as it was sent: clients leave 0 out, and see a minimum they never asked for as a difference. */
export const V1TenantUidPasswordPolicyGet = defineOperation('V1TenantUidPasswordPolicyGet', {
  scope: 'self',
  permission: null,
  async handler({ subject, params }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    const stored = await context.identity.setting(subject.tenant, passwordPolicyName)
    return { ...defaultPolicy, ...(stored && { minLength: 0 }), ...stored }
  },
})
