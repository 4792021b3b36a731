import { defineSettingPut } from './setting.ts'

export const V1TenantUidDomainsUpdate = defineSettingPut('V1TenantUidDomainsUpdate', 'domains')
