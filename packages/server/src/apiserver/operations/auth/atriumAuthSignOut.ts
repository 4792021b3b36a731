import { defineOperation } from '../../operation.ts'

/** Ends the session that asks. A caller with an API key has none. */
export const atriumAuthSignOut = defineOperation('atriumAuthSignOut', {
  scope: 'self',
  permission: null,
  handler: async ({ subject, header }, { sso }) => ({
    redirectUrl: subject.actor.type === 'user' ? await sso.end(subject, header('Authorization') ?? '') : '',
  }),
})
