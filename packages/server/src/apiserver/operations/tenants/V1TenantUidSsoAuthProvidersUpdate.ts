import { defineSettingPut } from './setting.ts'

export const V1TenantUidSsoAuthProvidersUpdate = defineSettingPut(
  'V1TenantUidSsoAuthProvidersUpdate',
  'ssoAuthProviders',
)
