import { systemTenant } from '@atrium/runtime/store/store.ts'
import { defaultPolicy, passwordPolicyName } from '../../../auth/passwords/policy.ts'
import { defineOperation } from '../../operation.ts'
import { mustBeOwnTenant } from './setting.ts'

/**
 * The policy that holds: the installation's for a tenant without its own. A policy once set is shown as it was sent: clients leave 0
 * out, and see a minimum they never asked for as a difference.
 */
export const V1TenantUidPasswordPolicyGet = defineOperation('V1TenantUidPasswordPolicyGet', {
  scope: 'self',
  permission: null,
  async handler({ subject, params }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    const own = await context.identity.setting(subject.tenant, passwordPolicyName)
    if (own) return { ...defaultPolicy, minLength: 0, ...own }
    return { ...defaultPolicy, ...(await context.identity.setting(systemTenant, passwordPolicyName)) }
  },
})
