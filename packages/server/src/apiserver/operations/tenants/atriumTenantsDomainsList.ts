import { defineOperation } from '../../operation.ts'
import { viewDomain } from './domain-views.ts'
import { mustBeOwnTenant } from './setting.ts'

/** What is known of each domain that the tenant lists, and what to publish to prove it. */
export const atriumTenantsDomainsList = defineOperation('atriumTenantsDomainsList', {
  scope: 'tenant',
  permission: 'tenant.get',
  async handler({ subject, params }, { domains }) {
    mustBeOwnTenant(subject, params.tenantUid)
    return { items: (await domains.list(subject.tenant)).map(viewDomain) }
  },
})
