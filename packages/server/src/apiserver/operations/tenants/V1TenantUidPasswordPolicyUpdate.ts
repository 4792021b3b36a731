import { passwordPolicyName } from '../../../auth/passwords/policy.ts'
import { checkPolicy } from './password-policy.ts'
import { defineSettingPut } from './setting.ts'

export const V1TenantUidPasswordPolicyUpdate = defineSettingPut(
  'V1TenantUidPasswordPolicyUpdate',
  passwordPolicyName,
  checkPolicy,
)
