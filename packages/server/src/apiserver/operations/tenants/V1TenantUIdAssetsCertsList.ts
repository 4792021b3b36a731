import { defineOperation } from '../../operation.ts'
import { viewCertificate } from './certificates.ts'
import { mustBeOwnTenant } from './setting.ts'

export const V1TenantUIdAssetsCertsList = defineOperation('V1TenantUIdAssetsCertsList', {
  scope: 'tenant',
  permission: 'tenant.get',
  async handler({ subject, params }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    const { items } = await context.admission.run(subject, (tx) => tx.list('TenantCertificate', { limit: 0 }))
    return { items: items.map(viewCertificate) }
  },
})
