import { defineSettingPut } from './setting.ts'

export const v1TenantUidLoginBannerUpdate = defineSettingPut('v1TenantUidLoginBannerUpdate', 'loginBanner')
