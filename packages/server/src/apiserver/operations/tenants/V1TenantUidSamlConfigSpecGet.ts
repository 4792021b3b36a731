import { serviceMetadata } from '../../../auth/sso/saml-service.ts'
import { samlUrls } from '../../../auth/sso/settings.ts'
import { defineOperation } from '../../operation.ts'
import { mustBeOwnTenant } from './setting.ts'
import { readSsoConfig, ssoOrigin } from './sso-config.ts'

const defaults = {
  attributes: [],
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
    const urls = samlUrls(ssoOrigin(context, header('host'), stored?.spec), subject.tenantName)
    const { certificate = '', nextCertificate = '' } = stored?.spec ?? {}
    const own = {
      ...{ acsUrl: urls.acs, singleLogoutUrl: urls.logout },
      ...{ audienceUrl: urls.entityId, entityId: urls.entityId, issuer: urls.entityId },
      certificate,
      serviceProviderMetadata: serviceMetadata(
        urls,
        [certificate, nextCertificate].filter((one) => one !== ''),
      ),
    }
    return { ...defaults, ...stored?.spec.document, ...own }
  },
})
