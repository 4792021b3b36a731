import type { v1TenantOidcClientSpec } from '@atrium/api/generated/operations.d.ts'
import { invalid } from '../../invalid.ts'
import { defineOperation } from '../../operation.ts'
import { maskedValue } from '../../shapes/masked.ts'
import { getManagedTeams } from '../teams/load.ts'
import { mustBeOwnTenant } from './setting.ts'
import { putSsoConfig } from './sso-config.ts'

/** Kept and echoed. Its addresses are the server's own, whatever is sent; the secret is never shown again. */
export const V1TenantUidOidcConfigUpdate = defineOperation('V1TenantUidOidcConfigUpdate', {
  scope: 'tenant',
  permission: 'tenant.update',
  async handler({ subject, params, body, keptOf }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    const { callbackUrl: _, logoutUrl: __, clientSecret = '', ...document } = keptOf('v1TenantOidcClientSpec', body)
    const isEnabled = document.isSsoEnabled === true
    if (isEnabled) mustNameIssuer(document)
    await getManagedTeams(context, subject, document.defaultTeams ?? [], 'defaultTeams')
    const shown = { ...document, clientSecret: clientSecret === '' ? '' : maskedValue }
    await context.admission.run(subject, (tx) =>
      putSsoConfig(tx, { protocol: 'oidc', isEnabled, document: shown }, clientSecret),
    )
  },
})

function mustNameIssuer({ issuerUrl = '', clientId = '' }: v1TenantOidcClientSpec): void {
  if (clientId === '') throw missing('clientId')
  if (!/^https:\/\/[^/]/.test(issuerUrl)) throw missing('issuerUrl')
}

const missing = (field: string): Error => invalid(field, 'is missing, or no https address. Sign-in by OIDC needs it')
