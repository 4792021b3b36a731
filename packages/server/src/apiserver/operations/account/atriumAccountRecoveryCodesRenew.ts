import { definePublicOperation } from '../../operation.ts'
import { getOwner } from './person.ts'

/** New recovery codes, shown once; former ones are worth nothing then. */
export const atriumAccountRecoveryCodesRenew = definePublicOperation(
  'atriumAccountRecoveryCodesRenew',
  async (request, context) => {
    const person = await getOwner(request, request.body.password, context)
    const codes = await context.identity.renewRecoveryCodes(person)
    return { recoveryCodes: codes.map((code) => code.reveal()) }
  },
)
