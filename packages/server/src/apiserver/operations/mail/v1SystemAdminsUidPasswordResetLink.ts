import { defineOperatorOperation } from '../../operation.ts'
import { mustBeAnother } from '../operators/another.ts'

/** Sends another operator a link that sets their password; the former one is void. */
export const v1SystemAdminsUidPasswordResetLink = defineOperatorOperation(
  'v1SystemAdminsUidPasswordResetLink',
  'operator.manage',
  async ({ params, operator }, { identity }) => {
    mustBeAnother(operator, params.uid)
    await identity.mails.linkToOperator(operator.actor, params.uid)
  },
)
