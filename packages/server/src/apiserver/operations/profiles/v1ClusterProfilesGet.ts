import { Catalogue } from '../../../content/catalogue.ts'
import { staleLayers } from '../../../content/profile-content.ts'
import { defineOperation } from '../../operation.ts'
import { getProfile, lineageOf, usersOf } from './load.ts'
import { viewProfile } from './views.ts'

export const v1ClusterProfilesGet = defineOperation('v1ClusterProfilesGet', {
  scope: 'object',
  permission: 'clusterProfile.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const profile = await getProfile(tx, params.uid)
      const [lineage, users, stale] = await Promise.all([
        lineageOf(tx, profile),
        usersOf(tx, params.uid),
        staleLayers(new Catalogue(tx), profile.spec.layers),
      ])
      return viewProfile(profile, lineage, users, stale)
    }),
})
