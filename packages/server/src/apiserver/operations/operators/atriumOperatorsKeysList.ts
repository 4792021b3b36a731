import { defineOperatorOperation } from '../../operation.ts'
import { mustSeeKeys } from './keys.ts'

/** Those that expired too. */
export const atriumOperatorsKeysList = defineOperatorOperation(
  'atriumOperatorsKeysList',
  null,
  async ({ params: { uid }, operator }, context) => {
    await mustSeeKeys(context, operator, uid)
    return { items: await context.identity.operators.keysOf(uid) }
  },
)
