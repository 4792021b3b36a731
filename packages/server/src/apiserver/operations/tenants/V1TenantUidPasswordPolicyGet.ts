import { defaultPolicy, passwordPolicyName } from '../../../auth/password-policy.ts'
import { defineSettingGet } from './setting.ts'

export const V1TenantUidPasswordPolicyGet = defineSettingGet(
  'V1TenantUidPasswordPolicyGet',
  passwordPolicyName,
  defaultPolicy,
)
