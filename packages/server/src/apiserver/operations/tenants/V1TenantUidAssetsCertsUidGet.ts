import { getOne } from '../../load.ts'
import { defineOperation } from '../../operation.ts'
import { viewCertificate } from './certificates.ts'
import { mustBeOwnTenant } from './setting.ts'

export const V1TenantUidAssetsCertsUidGet = defineOperation('V1TenantUidAssetsCertsUidGet', {
  scope: 'tenant',
  permission: 'tenant.get',
  async handler({ subject, params }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    return context.admission.run(subject, async (tx) =>
      viewCertificate(await getOne(tx, 'TenantCertificate', params.certificateUid)),
    )
  },
})
