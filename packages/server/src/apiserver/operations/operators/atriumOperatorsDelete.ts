import { defineOperatorOperation } from '../../operation.ts'

export const atriumOperatorsDelete = defineOperatorOperation(
  'atriumOperatorsDelete',
  'operator.manage',
  ({ params, operator }, context) => context.identity.operators.delete(operator.actor, params.uid),
)
