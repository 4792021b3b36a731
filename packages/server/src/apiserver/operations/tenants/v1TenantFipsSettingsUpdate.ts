import { defineSettingPut } from './setting.ts'

export const v1TenantFipsSettingsUpdate = defineSettingPut('v1TenantFipsSettingsUpdate', 'fips')
