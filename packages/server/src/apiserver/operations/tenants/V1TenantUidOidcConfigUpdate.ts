import { X509Certificate } from 'node:crypto'
import type { v1TenantOidcClientSpec } from '@atrium/api/generated/operations.d.ts'
import { oidcProvider, pemOf } from '../../../auth/sso/settings.ts'
import { invalid } from '../../invalid.ts'
import { defineOperation } from '../../operation.ts'
import { maskedValue } from '../../shapes/masked.ts'
import { getManagedTeams } from '../teams/load.ts'
import { mustBeOwnTenant } from './setting.ts'
import { mustDecideSignIn, putSsoConfig, ssoOrigin } from './sso-config.ts'

/** Its addresses are the server's own, whatever is sent; the secret is never shown again. Sessions of another provider end. */
export const V1TenantUidOidcConfigUpdate = defineOperation('V1TenantUidOidcConfigUpdate', {
  scope: 'tenant',
  permission: 'tenant.update',
  async handler({ subject, params, body, keptOf, header }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    const { callbackUrl: _, logoutUrl: __, clientSecret = '', ...document } = keptOf('v1TenantOidcClientSpec', body)
    const isEnabled = document.isSsoEnabled === true
    if (isEnabled) {
      mustDecideSignIn(subject)
      mustNameIssuer(document)
      checkTls(document)
    }
    await getManagedTeams(context, subject, document.defaultTeams ?? [], 'defaultTeams')
    const shown = { ...document, clientSecret: clientSecret === '' ? '' : maskedValue }
    const origin = ssoOrigin(context, header('host'))
    await context.admission.run(subject, (tx) =>
      putSsoConfig(tx, { protocol: 'oidc', isEnabled, document: shown, origin }, { secret: clientSecret }),
    )
    const { issuerUrl: issuer = '', clientId = '' } = document
    await context.sso.endOthers(subject, 'oidc', isEnabled ? oidcProvider({ issuer, clientId }) : null)
  },
})

function mustNameIssuer({ issuerUrl = '', clientId = '' }: v1TenantOidcClientSpec): void {
  if (clientId === '') throw missing('clientId')
  if (!/^https:\/\/[^/?#]+[^?#]*$/.test(issuerUrl) || !URL.canParse(issuerUrl)) throw missing('issuerUrl')
}

const missing = (field: string): Error => invalid(field, 'is missing, or no https address. Sign-in by OIDC needs it')

function checkTls({ issuerTls }: v1TenantOidcClientSpec): void {
  if (issuerTls?.insecureSkipVerify) {
    throw invalid(
      'issuerTls.insecureSkipVerify',
      "is not supported: whoever answers in the provider's place could sign in as anybody. Give the certificate of its authority in issuerTls.caCertificateBase64",
    )
  }
  const given = issuerTls?.caCertificateBase64
  if (given && !isCertificate(pemOf(given))) {
    throw invalid('issuerTls.caCertificateBase64', 'is no certificate in PEM, as it is or as base64')
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== ''
  } catch {
    return false
  }
}
