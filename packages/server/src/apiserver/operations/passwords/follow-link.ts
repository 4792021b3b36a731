import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { ServerContext } from '../../../context.ts'
import { checkPassword } from './check-password.ts'

const invalidLink = (): AtriumError =>
  new AtriumError('Unauthorized', 'The link is not valid (any more): it works once, and for a day. Ask for a new one.')

/** Sets the password of the user that the link was made for; `isFirst`: it is their first. A password that is refused leaves the link as it is. */
export async function followLink(
  { passwordToken }: { passwordToken: string },
  text: string,
  isFirst: boolean,
  context: ServerContext,
): Promise<void> {
  const link = await context.identity.passwordLink(passwordToken)
  if (link?.isFirst !== isFirst) throw invalidLink()
  const password = new Secret(text)
  await checkPassword(context, link.tenant, 'password', password)
  if (!(await context.identity.followPasswordLink(passwordToken, password))) throw invalidLink()
}
