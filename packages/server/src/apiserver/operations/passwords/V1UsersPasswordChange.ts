import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { definePublicOperation } from '../../operation.ts'
import { checkPassword, mustDiffer } from './check-password.ts'

/** One's own password with the present one, also when that expired. Whoever has a second factor proves it first, by a token of theirs. */
export const V1UsersPasswordChange = definePublicOperation(
  'V1UsersPasswordChange',
  async ({ body, ip, header }, context) => {
    const { identity } = context
    const token = header('Authorization')
    const holder = token ? await identity.holderOf(token) : null
    const where = body.org ? { org: body.org } : { tenant: holder?.tenant }
    const person = await identity.provePassword({ email: body.emailId, password: body.currentPassword, ip, ...where })
    const own = holder?.userUid === person.userUid && holder.tenant === person.tenant ? holder : null
    if (own?.isProven !== true && (await identity.factors(person)).length > 0) {
      const text = 'This user has a second factor: sign in with it, and send that token in header Authorization.'
      throw new AtriumError('Unauthorized', text)
    }
    const password = new Secret(body.newPassword)
    mustDiffer(body.currentPassword, password)
    await checkPassword(context, person.tenant, 'newPassword', password)
    const actor = { type: 'user', uid: person.userUid, name: person.email } as const
    const keptToken = own?.isSession && token ? token : null
    const scope = { tenant: person.tenant, actor }
    await identity.setPassword(scope, person.userUid, password, { keptToken, proven: person })
  },
)
