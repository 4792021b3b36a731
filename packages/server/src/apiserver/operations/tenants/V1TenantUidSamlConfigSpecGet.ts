import { defineSettingGet } from './setting.ts'

export const V1TenantUidSamlConfigSpecGet = defineSettingGet('V1TenantUidSamlConfigSpecGet', 'samlConfig', {
  attributes: [],
  defaultTeams: [],
  federationMetadata: '',
  identityProvider: '',
  isSingleLogoutEnabled: false,
  isSsoEnabled: false,
  nameIdFormat: '',
  singleLogoutUrl: '',
  syncSsoTeams: false,
})
