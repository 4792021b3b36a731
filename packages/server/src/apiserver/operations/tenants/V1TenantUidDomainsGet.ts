import { defineSettingGet } from './setting.ts'

export const V1TenantUidDomainsGet = defineSettingGet('V1TenantUidDomainsGet', 'domains', { domains: [] })
