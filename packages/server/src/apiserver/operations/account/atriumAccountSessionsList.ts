import { defineOperation } from '../../operation.ts'

/** One's own open sessions, the newest first. */
export const atriumAccountSessionsList = defineOperation('atriumAccountSessionsList', {
  scope: 'self',
  permission: null,
  handler: async ({ subject, header }, context) => ({
    items: await context.identity.sessions(subject, header('Authorization') ?? null),
  }),
})
