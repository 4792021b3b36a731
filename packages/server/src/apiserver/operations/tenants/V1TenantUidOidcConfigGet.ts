import { defineOperation } from '../../operation.ts'
import { mustBeOwnTenant } from './setting.ts'
import { readSsoConfig, signInUrl } from './sso-config.ts'

const defaults = {
  clientId: '',
  clientSecret: '',
  defaultTeams: [],
  isSsoEnabled: false,
  issuerUrl: '',
  requiredClaims: {},
  scopes: [],
  scopesDelimiter: '',
  syncSsoTeams: false,
}

/** A tenant that never set it answers with defaults: clients read how it is before they leave it off, and crash on an error. */
export const V1TenantUidOidcConfigGet = defineOperation('V1TenantUidOidcConfigGet', {
  scope: 'self',
  permission: null,
  async handler({ subject, params, header }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    const stored = await readSsoConfig(context, subject, 'oidc')
    const own = {
      callbackUrl: signInUrl(header('host'), subject, 'oidc/callback'),
      logoutUrl: signInUrl(header('host'), subject, 'oidc/logout'),
    }
    return { ...defaults, ...stored?.spec.document, ...own }
  },
})
