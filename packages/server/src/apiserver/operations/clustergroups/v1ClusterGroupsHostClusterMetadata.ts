import { defineOperation } from '../../operation.ts'
import { listedFrom, ownFirst } from '../../shapes/lists.ts'
import { scopeOf } from '../../shapes/meta.ts'

export const v1ClusterGroupsHostClusterMetadata = defineOperation('v1ClusterGroupsHostClusterMetadata', {
  scope: 'project',
  permission: 'clusterGroup.list',
  handler: ({ subject, project }, context) =>
    context.admission.run(subject, async (tx) => {
      const { items } = await tx.listBrief('ClusterGroup', { project: listedFrom(project), limit: 0 })
      return { items: ownFirst(items).map(({ meta }) => ({ uid: meta.uid, name: meta.name, scope: scopeOf(meta) })) }
    }),
})
