import { defineOperatorOperation } from '../../operation.ts'

/** The operator vouches for a domain: no record is looked for. */
export const atriumSystemDomainsConfirm = defineOperatorOperation(
  'atriumSystemDomainsConfirm',
  'tenant.manage',
  ({ params, operator }, { domains }) => domains.vouch(operator.actor, params.uid, params.domain),
)
