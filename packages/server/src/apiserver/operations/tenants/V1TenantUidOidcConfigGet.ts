import type { v1OidcIssuerTls, v1TenantOidcClientSpec } from '@atrium/api/generated/operations.d.ts'
import { pemOf, ssoUrl } from '../../../auth/sso/settings.ts'
import { defineOperation } from '../../operation.ts'
import { mustBeOwnTenant } from './setting.ts'
import { readSsoConfig, ssoOrigin } from './sso-config.ts'

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
    const origin = ssoOrigin(context, header('host'), stored?.spec)
    const own = {
      callbackUrl: ssoUrl(origin, subject.tenantName, 'oidc/callback'),
      logoutUrl: ssoUrl(origin, subject.tenantName, 'oidc/logout'),
    }
    const document = (stored?.spec.document ?? {}) as v1TenantOidcClientSpec
    return { ...defaults, ...document, ...own, issuerTls: viewTls(document.issuerTls) }
  },
})

/** Clients send the certificate as PEM, take what they read for base64, and compare both; without the object they crash. */
const viewTls = ({ caCertificateBase64 = '', insecureSkipVerify = false, ...kept }: v1OidcIssuerTls = {}) => ({
  ...kept,
  insecureSkipVerify,
  caCertificateBase64: Buffer.from(pemOf(caCertificateBase64)).toString('base64'),
})
