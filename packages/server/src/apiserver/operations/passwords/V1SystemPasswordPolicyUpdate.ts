import { systemTenant } from '@atrium/runtime/store/store.ts'
import { passwordPolicyName } from '../../../auth/passwords/policy.ts'
import { defineOperatorOperation } from '../../operation.ts'
import { checkPolicy } from '../tenants/password-policy.ts'

export const V1SystemPasswordPolicyUpdate = defineOperatorOperation(
  'V1SystemPasswordPolicyUpdate',
  'setting.manage',
  async ({ body, operator }, context) => {
    checkPolicy(body)
    await context.identity.putSetting({ tenant: systemTenant, actor: operator.actor }, passwordPolicyName, body)
  },
)
