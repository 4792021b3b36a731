import { mustHold } from '../../../admission/authorize.ts'
import { defineOperation } from '../../operation.ts'
import { readPlannedChange } from '../../preview/change.ts'
import { previewCluster } from '../../preview/preview.ts'
import { mustFetchLayers } from '../profiles/fetch-layers.ts'

/** What a change would do, object by object and machine by machine. Stores nothing, and changes nothing in the cluster. */
export const atriumClustersPlan = defineOperation('atriumClustersPlan', {
  scope: 'object',
  permission: 'cluster.update',
  async handler({ subject, params, body, keptOf }, context) {
    for (const { profile } of body.drafts ?? []) await mustFetchLayers(context, subject, profile.spec?.template?.packs)
    const providerOf = (cloudType: string) => context.providers.get(cloudType)
    const change = await context.admission.run(subject, async (tx) => {
      const planned = await readPlannedChange(tx, params.uid, body, { random: context.random, providerOf, keptOf })
      mustHold(subject, 'cluster.update', planned.cluster.meta)
      return planned
    })
    return previewCluster(context, change)
  },
})
