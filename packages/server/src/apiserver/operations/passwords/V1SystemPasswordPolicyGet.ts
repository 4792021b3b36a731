import { systemTenant } from '@atrium/runtime/store/store.ts'
import { defaultPolicy, passwordPolicyName } from '../../../auth/passwords/policy.ts'
import { defineOperatorOperation } from '../../operation.ts'

/** What holds for tenants without a policy of their own. */
export const V1SystemPasswordPolicyGet = defineOperatorOperation(
  'V1SystemPasswordPolicyGet',
  'setting.manage',
  async (_, context) => ({
    ...defaultPolicy,
    ...(await context.identity.setting(systemTenant, passwordPolicyName)),
  }),
)
