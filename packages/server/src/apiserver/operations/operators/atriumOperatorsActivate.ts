import { defineOperatorOperation } from '../../operation.ts'
import { viewLink } from './link.ts'

/** A new link to set a password by, also for an operator who forgot theirs. */
export const atriumOperatorsActivate = defineOperatorOperation(
  'atriumOperatorsActivate',
  'operator.manage',
  async ({ params, operator }, context) =>
    viewLink(context, await context.identity.operators.issueLink(operator.actor, params.uid)),
)
