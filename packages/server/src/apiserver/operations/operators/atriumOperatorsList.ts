import { defineOperatorOperation } from '../../operation.ts'

export const atriumOperatorsList = defineOperatorOperation(
  'atriumOperatorsList',
  'operator.manage',
  async (_request, context) => ({ items: await context.identity.operators.list() }),
)
