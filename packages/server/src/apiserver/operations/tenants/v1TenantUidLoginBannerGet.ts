import { loginBannerName, noBanner } from './login-banner.ts'
import { defineSettingGet } from './setting.ts'

export const v1TenantUidLoginBannerGet = defineSettingGet('v1TenantUidLoginBannerGet', loginBannerName, noBanner)
