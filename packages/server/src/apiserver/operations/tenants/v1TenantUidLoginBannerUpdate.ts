import { checkBanner, loginBannerName } from './login-banner.ts'
import { defineSettingPut } from './setting.ts'

export const v1TenantUidLoginBannerUpdate = defineSettingPut(
  'v1TenantUidLoginBannerUpdate',
  loginBannerName,
  checkBanner,
)
