import { defineOperatorOperation } from '../../operation.ts'
import { mustMakeKeys, parseKeyEnd, parseKeyName } from './keys.ts'

/** A key for a program; it is shown once. */
export const atriumOperatorsKeysCreate = defineOperatorOperation(
  'atriumOperatorsKeysCreate',
  null,
  async ({ params: { uid }, body, operator }, { identity, clock }) => {
    mustMakeKeys(operator, uid)
    const wanted = { name: parseKeyName(body.name), expiresAt: parseKeyEnd(body.expiresAt, clock) }
    const { key, secret } = await identity.operators.createKey(operator.actor, uid, wanted)
    return { key, secret: secret.reveal() }
  },
)
