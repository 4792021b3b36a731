import { definePublicOperation } from '../../operation.ts'

/** Where the people of an e-mail's domain sign in. It tells of domains, never of people. */
export const atriumAuthLoginsList = definePublicOperation('atriumAuthLoginsList', async ({ query }, { sso }) => ({
  items: await sso.loginsOfEmail(query.email ?? ''),
}))
