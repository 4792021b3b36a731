import { defineOperation } from '../../operation.ts'
import { revisionDifference } from '../../revisions/answers.ts'
import { profileViews } from '../../revisions/spec-views.ts'
import { getProfile } from '../profiles/load.ts'

/** What one revision of the profile changed of the one before. */
export const atriumProfilesRevisionsGet = defineOperation('atriumProfilesRevisionsGet', {
  scope: 'object',
  permission: 'clusterProfile.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const object = await getProfile(tx, params.uid)
      return revisionDifference(tx, object, params.number, profileViews)
    }),
})
