import { definePublicOperation } from '../../operation.ts'

/** Whom a link is for, for whoever holds it. It stays as it is. */
export const atriumLinksFind = definePublicOperation('atriumLinksFind', async ({ body }, { identity }) => {
  const { email, organization, isFirst } = await identity.links.find(body.token)
  return { email, organization, isFirst }
})
