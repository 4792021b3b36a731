import { defineOperation } from '../../operation.ts'
import { mustBeOwnTenant } from './setting.ts'

/** It is not trusted from the next request on. */
export const V1TenantUidAssetsCertsUidDelete = defineOperation('V1TenantUidAssetsCertsUidDelete', {
  scope: 'tenant',
  permission: 'tenant.update',
  async handler({ subject, params }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    await context.admission.run(subject, (tx) => tx.delete('TenantCertificate', params.certificateUid))
  },
})
