import { isOperatorRole } from '@atrium/api/permissions/operators.ts'
import { invalid } from '../../invalid.ts'
import { defineOperatorOperation } from '../../operation.ts'

/** Who is made inactive is signed out at once. */
export const atriumOperatorsUpdate = defineOperatorOperation(
  'atriumOperatorsUpdate',
  'operator.manage',
  async ({ params, body: { firstName, lastName, isActive, role }, operator }, context) => {
    if (role !== undefined && !isOperatorRole(role)) throw invalid('role', 'is none of the roles of operators')
    const patch = {
      ...(firstName !== undefined && { firstName }),
      ...(lastName !== undefined && { lastName }),
      ...(isActive !== undefined && { isActive }),
      ...(role !== undefined && { role }),
    }
    await context.identity.operators.update(operator.actor, params.uid, patch)
  },
)
