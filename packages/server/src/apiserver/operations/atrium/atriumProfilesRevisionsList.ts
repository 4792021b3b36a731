import { defineOperation } from '../../operation.ts'
import { revisionsPage } from '../../revisions/answers.ts'
import { profileViews } from '../../revisions/spec-views.ts'
import { getProfile } from '../profiles/load.ts'

/** Who changed the profile when and why, newest first. */
export const atriumProfilesRevisionsList = defineOperation('atriumProfilesRevisionsList', {
  scope: 'object',
  permission: 'clusterProfile.get',
  handler: ({ subject, params, query }, context) =>
    context.admission.run(subject, async (tx) => {
      const object = await getProfile(tx, params.uid)
      return revisionsPage(tx, object, query, profileViews)
    }),
})
