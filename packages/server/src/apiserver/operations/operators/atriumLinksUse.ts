import { Secret } from '@atrium/runtime/base/secret.ts'
import { definePublicOperation } from '../../operation.ts'
import { checkPassword } from '../passwords/check-password.ts'

/** Sets the password that a link is for. The link works once. */
export const atriumLinksUse = definePublicOperation('atriumLinksUse', async ({ body }, context) => {
  const { activation } = context.identity
  const password = new Secret(body.password)
  await checkPassword(context, await activation.tenantOfLink(body.token), 'password', password)
  return activation.useLink(body.token, password)
})
