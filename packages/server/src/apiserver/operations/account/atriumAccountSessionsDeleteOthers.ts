import { defineOperation } from '../../operation.ts'

/** Ends all of one's own sessions but the one that asks. */
export const atriumAccountSessionsDeleteOthers = defineOperation('atriumAccountSessionsDeleteOthers', {
  scope: 'self',
  permission: null,
  handler: ({ subject, header }, context) =>
    context.identity.endSessions(subject, subject.userUid, header('Authorization') ?? null),
})
