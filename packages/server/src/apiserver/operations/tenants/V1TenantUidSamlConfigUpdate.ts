import { invalid } from '../../invalid.ts'
import { defineOperation } from '../../operation.ts'
import { getManagedTeams } from '../teams/load.ts'
import { mustBeOwnTenant } from './setting.ts'
import { putSsoConfig } from './sso-config.ts'

/** Kept and echoed. */
export const V1TenantUidSamlConfigUpdate = defineOperation('V1TenantUidSamlConfigUpdate', {
  scope: 'tenant',
  permission: 'tenant.update',
  async handler({ subject, params, body, keptOf }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    const document = keptOf('v1TenantSamlRequestSpec', body)
    const isEnabled = document.isSsoEnabled === true
    if (isEnabled && !document.federationMetadata)
      throw invalid('federationMetadata', 'is missing. Sign-in by SAML needs it')
    await getManagedTeams(context, subject, document.defaultTeams ?? [], 'defaultTeams')
    await context.admission.run(subject, (tx) =>
      putSsoConfig(tx, { protocol: 'saml', isEnabled, document: { ...document } }),
    )
  },
})
