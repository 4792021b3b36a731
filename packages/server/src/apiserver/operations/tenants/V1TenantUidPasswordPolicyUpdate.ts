import { checkPolicy, passwordPolicyName } from './password-policy.ts'
import { defineSettingPut } from './setting.ts'

export const V1TenantUidPasswordPolicyUpdate = defineSettingPut(
  'V1TenantUidPasswordPolicyUpdate',
  passwordPolicyName,
  checkPolicy,
)
