import { defineOperation } from '../../operation.ts'
import { viewDomain } from './domain-views.ts'
import { mustBeOwnTenant } from './setting.ts'
import { mustDecideSignIn } from './sso-config.ts'

/** Looks at the record of a domain now, instead of when its time has come. */
export const atriumTenantsDomainsCheck = defineOperation('atriumTenantsDomainsCheck', {
  scope: 'tenant',
  permission: 'tenant.update',
  async handler({ subject, params }, { domains }) {
    mustBeOwnTenant(subject, params.tenantUid)
    mustDecideSignIn(subject)
    return viewDomain(await domains.check(subject, params.domain))
  },
})
