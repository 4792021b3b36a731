import { defineSettingGet } from './setting.ts'

export const v1TenantUidAuthTokenSettingsGet = defineSettingGet(
  'v1TenantUidAuthTokenSettingsGet',
  'authTokenSettings',
  { expiryTimeMinutes: 240 },
)
