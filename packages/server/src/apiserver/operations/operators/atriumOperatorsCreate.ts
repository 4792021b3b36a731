import { isOperatorRole } from '@atrium/api/permissions/operators.ts'
import { invalid } from '../../invalid.ts'
import { defineOperatorOperation } from '../../operation.ts'
import { viewLink } from '../passwords/view-link.ts'

/** An operator, who sets a password by the link; it is shown once. */
export const atriumOperatorsCreate = defineOperatorOperation(
  'atriumOperatorsCreate',
  'operator.manage',
  async ({ body: { email, firstName = '', lastName = '', role }, operator }, context) => {
    if (!isOperatorRole(role)) throw invalid('role', 'is none of the roles of operators')
    const made = await context.identity.operators.create(operator.actor, { email, firstName, lastName, role })
    return { operator: made.operator, activation: viewLink(context, made.link) }
  },
)
