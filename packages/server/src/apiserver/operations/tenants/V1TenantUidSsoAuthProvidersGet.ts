import { defineSettingGet } from './setting.ts'

export const V1TenantUidSsoAuthProvidersGet = defineSettingGet('V1TenantUidSsoAuthProvidersGet', 'ssoAuthProviders', {
  isEnabled: false,
  ssoLogins: [],
})
