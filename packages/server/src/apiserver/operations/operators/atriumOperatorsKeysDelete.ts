import { defineOperatorOperation } from '../../operation.ts'
import { mustSeeKeys } from './keys.ts'

/** It opens nothing from the next request on. */
export const atriumOperatorsKeysDelete = defineOperatorOperation(
  'atriumOperatorsKeysDelete',
  null,
  async ({ params: { uid, keyUid }, operator }, context) => {
    await mustSeeKeys(context, operator, uid)
    await context.identity.operators.deleteKey(operator.actor, uid, keyUid)
  },
)
