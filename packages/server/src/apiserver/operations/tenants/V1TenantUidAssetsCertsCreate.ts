import { defineOperation } from '../../operation.ts'
import { mustBeOneMore, parseCertificate } from './certificates.ts'
import { mustBeOwnTenant } from './setting.ts'
import { mustDecideSignIn } from './sso-config.ts'

/** Authorities that the server trusts where it asks others for the tenant, its identity provider among them. */
export const V1TenantUidAssetsCertsCreate = defineOperation('V1TenantUidAssetsCertsCreate', {
  scope: 'tenant',
  permission: 'tenant.update',
  async handler({ subject, params, body, unknownOf }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    mustDecideSignIn(subject)
    const given = parseCertificate(body, unknownOf('v1TenantAssetCert', body), context.clock.now())
    return context.admission.run(subject, async (tx) => {
      await mustBeOneMore(tx)
      const { meta } = await tx.create({ kind: 'TenantCertificate', project: null, ...given })
      return { uid: meta.uid }
    })
  },
})
