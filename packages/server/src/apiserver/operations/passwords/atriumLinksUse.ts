import { definePublicOperation } from '../../operation.ts'
import { followLink } from './follow-link.ts'

/** Sets the password that a link is for, of a user or an operator. The link works once. */
export const atriumLinksUse = definePublicOperation('atriumLinksUse', async ({ body }, context) => {
  const { email, organization } = await followLink(body.token, body.password, context)
  return { email, organization }
})
