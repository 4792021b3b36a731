import { defineSettingGet } from './setting.ts'

export const v1TenantUidLoginBannerGet = defineSettingGet('v1TenantUidLoginBannerGet', 'loginBanner', {
  Message: '',
  isEnabled: false,
  title: '',
})
