import { defineSettingGet } from './setting.ts'

/** There is no single sign-on yet: clients read how it is before they leave it off, and crash on an error. */
export const V1TenantUidOidcConfigGet = defineSettingGet('V1TenantUidOidcConfigGet', 'oidcConfig', {
  callbackUrl: '',
  clientId: '',
  clientSecret: '',
  defaultTeams: [],
  isSsoEnabled: false,
  issuerUrl: '',
  logoutUrl: '',
  requiredClaims: {},
  scopes: [],
  scopesDelimiter: '',
  syncSsoTeams: false,
})
