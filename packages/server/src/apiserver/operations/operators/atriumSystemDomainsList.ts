import { defineOperatorOperation } from '../../operation.ts'
import { viewDomain } from '../tenants/domain-views.ts'

export const atriumSystemDomainsList = defineOperatorOperation(
  'atriumSystemDomainsList',
  'tenant.read',
  async ({ params }, { domains }) => ({ items: (await domains.listOf(params.uid)).map(viewDomain) }),
)
