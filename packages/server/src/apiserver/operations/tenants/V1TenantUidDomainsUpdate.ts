import { capped, invalid } from '../../invalid.ts'
import { defineOperation } from '../../operation.ts'
import { mustBeOwnTenant } from './setting.ts'
import { mustDecideSignIn } from './sso-config.ts'

const maxDomains = 100
const domainForm = /^(?=.{1,253}$)([a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]*$/i

/** The domains of the e-mail addresses that may sign in by the tenant's identity provider, and that lead to it once they are confirmed. */
export const V1TenantUidDomainsUpdate = defineOperation('V1TenantUidDomainsUpdate', {
  scope: 'tenant',
  permission: 'tenant.update',
  async handler({ subject, params, body, keptOf }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    mustDecideSignIn(subject)
    const domains = capped(body.domains, maxDomains, 'domains')
    const wrong = domains.find((domain) => !domainForm.test(domain))
    if (wrong !== undefined)
      throw invalid('domains', `'${wrong.slice(0, 60)}' is no domain. Write one like example.com`)
    await context.domains.put(subject, keptOf('v1TenantDomains', body))
  },
})
