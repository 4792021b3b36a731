import { defineSettingPut } from './setting.ts'

export const v1TenantUidAuthTokenSettingsUpdate = defineSettingPut(
  'v1TenantUidAuthTokenSettingsUpdate',
  'authTokenSettings',
)
