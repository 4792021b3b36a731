import { defineOperation } from '../../operation.ts'

/** Ends one of one's own sessions. */
export const atriumAccountSessionsDelete = defineOperation('atriumAccountSessionsDelete', {
  scope: 'self',
  permission: null,
  handler: ({ subject, params }, context) => context.identity.endSession(subject, subject.userUid, params.uid),
})
