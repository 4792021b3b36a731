import { defineOperation } from '../../operation.ts'
import { mustBeOwnTenant } from './setting.ts'
import { readSsoConfig, signInUrl } from './sso-config.ts'

const defaults = {
  attributes: [],
  certificate: '',
  defaultTeams: [],
  federationMetadata: '',
  identityProvider: '',
  isSingleLogoutEnabled: false,
  isSsoEnabled: false,
  nameIdFormat: '',
  syncSsoTeams: false,
}

export const V1TenantUidSamlConfigSpecGet = defineOperation('V1TenantUidSamlConfigSpecGet', {
  scope: 'self',
  permission: null,
  async handler({ subject, params, header }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    const stored = await readSsoConfig(context, subject, 'saml')
    const issuer = signInUrl(header('host'), subject, 'saml')
    const own = {
      ...{ acsUrl: `${issuer}/callback`, singleLogoutUrl: `${issuer}/logout` },
      ...{ audienceUrl: issuer, entityId: issuer, issuer },
    }
    return { ...defaults, ...stored?.spec.document, ...own }
  },
})
