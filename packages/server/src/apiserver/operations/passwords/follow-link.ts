import { Secret } from '@atrium/runtime/base/secret.ts'
import { type LinkHolder, noLink } from '../../../auth/passwords/links.ts'
import type { ServerContext } from '../../../context.ts'
import { checkPassword } from './check-password.ts'

/**
 * Sets the password that the link is for. `isFirst`, where the caller says so: whether it is their first. A password that is refused
 * leaves the link as it is.
 */
export async function followLink(
  token: string,
  text: string,
  context: ServerContext,
  isFirst?: boolean,
): Promise<LinkHolder> {
  const { links } = context.identity
  const link = await links.find(token)
  if (isFirst !== undefined && link.isFirst !== isFirst) throw noLink()
  const password = new Secret(text)
  await checkPassword(context, link.tenant, 'password', password)
  return links.use(token, password)
}
