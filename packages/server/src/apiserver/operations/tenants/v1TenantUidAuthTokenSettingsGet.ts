import { defaultSessionMinutes } from '../../../auth/sign-in/sessions.ts'
import { defineSettingGet } from './setting.ts'

export const v1TenantUidAuthTokenSettingsGet = defineSettingGet(
  'v1TenantUidAuthTokenSettingsGet',
  'authTokenSettings',
  { expiryTimeMinutes: defaultSessionMinutes },
)
