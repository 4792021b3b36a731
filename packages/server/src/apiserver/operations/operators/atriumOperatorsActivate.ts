import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { defineOperatorOperation } from '../../operation.ts'
import { viewLink } from '../passwords/view-link.ts'

/** A new link for another operator to set a password by, also for one who forgot theirs. */
export const atriumOperatorsActivate = defineOperatorOperation(
  'atriumOperatorsActivate',
  'operator.manage',
  async ({ params, operator }, context) => {
    if (params.uid === operator.actor.uid) {
      const text =
        'Change your own password with the present one (PATCH /atrium/v1/system/password). If you forgot it, ask another RootAdmin, or use the machine’s credential.'
      throw new AtriumError('Forbidden', text)
    }
    return viewLink(context, await context.identity.operators.issueLink(operator.actor, params.uid))
  },
)
