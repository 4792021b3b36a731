import { defineOperation } from '../../operation.ts'
import { parseCertificate } from './certificates.ts'
import { mustBeOwnTenant } from './setting.ts'
import { mustDecideSignIn } from './sso-config.ts'

export const V1TenantUidAssetsCertsUidUpdate = defineOperation('V1TenantUidAssetsCertsUidUpdate', {
  scope: 'tenant',
  permission: 'tenant.update',
  async handler({ subject, params, body, unknownOf }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    mustDecideSignIn(subject)
    const given = parseCertificate(body, unknownOf('v1TenantAssetCert', body), context.clock.now())
    await context.admission.run(subject, (tx) => tx.update('TenantCertificate', params.certificateUid, given))
  },
})
