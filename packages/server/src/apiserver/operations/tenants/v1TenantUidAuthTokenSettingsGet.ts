import { defaultSessionMinutes } from '../../../auth/sessions.ts'
import { defineSettingGet } from './setting.ts'

export const v1TenantUidAuthTokenSettingsGet = defineSettingGet(
  'v1TenantUidAuthTokenSettingsGet',
  'authTokenSettings',
  { expiryTimeMinutes: defaultSessionMinutes },
)
