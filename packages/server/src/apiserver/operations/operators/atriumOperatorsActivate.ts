import { defineOperatorOperation } from '../../operation.ts'
import { viewLink } from '../passwords/view-link.ts'
import { mustBeAnother } from './another.ts'

/** A new link for another operator to set a password by, also for one who forgot theirs. */
export const atriumOperatorsActivate = defineOperatorOperation(
  'atriumOperatorsActivate',
  'operator.manage',
  async ({ params, operator }, context) => {
    mustBeAnother(operator, params.uid)
    return viewLink(context, await context.identity.operators.issueLink(operator.actor, params.uid))
  },
)
