import { defineOperation } from '../../operation.ts'
import { changeGroup } from './load.ts'
import { readAddons } from './parse.ts'

/** The list is complete: what it does not name leaves. */
export const v1ClusterGroupsUidProfilesUpdate = defineOperation('v1ClusterGroupsUidProfilesUpdate', {
  scope: 'object',
  permission: 'clusterGroup.update',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, async (tx) => {
      await changeGroup(tx, params.uid, { profiles: await readAddons(tx, body.profiles, 'profiles') })
    }),
})
