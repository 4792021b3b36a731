import { defineOperatorOperation } from '../../operation.ts'

/** Ends the session of the request; the machine's credential has none. */
export const atriumSystemSignOut = defineOperatorOperation(
  'atriumSystemSignOut',
  null,
  async ({ operator: { token } }, context) => {
    if (token !== null) await context.identity.operators.signOut(token)
  },
)
