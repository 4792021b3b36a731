import { defineOperation } from '../../operation.ts'
import { listedFrom, ownFirst } from '../../shapes/lists.ts'
import { viewGroupSummary } from './views.ts'

export const v1ClusterGroupsHostClusterSummary = defineOperation('v1ClusterGroupsHostClusterSummary', {
  scope: 'project',
  permission: 'clusterGroup.list',
  handler: ({ subject, project }, context) =>
    context.admission.run(subject, async (tx) => {
      const { items } = await tx.list('ClusterGroup', { project: listedFrom(project), limit: 0 })
      return { summaries: await Promise.all(ownFirst(items).map((group) => viewGroupSummary(tx, group))) }
    }),
})
