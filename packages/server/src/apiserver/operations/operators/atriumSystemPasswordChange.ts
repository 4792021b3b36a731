import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { systemTenant } from '@atrium/runtime/store/store.ts'
import { defineOperatorOperation } from '../../operation.ts'
import { checkPassword, mustDiffer } from '../passwords/check-password.ts'

/** An operator's own password, with the present one. Ends their sessions, but the one that asks. */
export const atriumSystemPasswordChange = defineOperatorOperation(
  'atriumSystemPasswordChange',
  null,
  async ({ body: { currentPassword, newPassword }, operator: { actor, token }, ip }, context) => {
    if (token === null)
      throw new AtriumError(
        'InvalidState',
        'Sign in as an operator first: this changes the password of whose session asks.',
      )
    const password = new Secret(newPassword)
    mustDiffer(currentPassword, password)
    await checkPassword(context, systemTenant, 'newPassword', password)
    const present = { email: actor.name, password: currentPassword, ip }
    await context.identity.operators.changePassword(present, password, token)
  },
)
