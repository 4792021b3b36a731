import { defineSettingPut } from './setting.ts'

export const V1TenantUidPasswordPolicyUpdate = defineSettingPut('V1TenantUidPasswordPolicyUpdate', 'passwordPolicy')
