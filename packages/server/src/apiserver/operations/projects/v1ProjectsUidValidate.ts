import { defineOperation } from '../../operation.ts'
import { getProject } from './load.ts'

/** What would keep the project from being deleted. */
export const v1ProjectsUidValidate = defineOperation('v1ProjectsUidValidate', {
  scope: 'object',
  permission: 'project.delete',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const { meta } = await getProject(tx, params.uid)
      const { items, count } = await tx.list('Cluster', { project: meta.uid, limit: 50 })
      const clusters = items.map(({ meta: cluster, status }) => ({
        clusterRef: { name: cluster.name, uid: cluster.uid },
        state: status.state ?? 'Pending',
      }))
      return {
        clusters: { count, clusters },
        virtualClusters: { count: 0, clusters: [] },
        appDeployments: { count: 0, apps: [] },
      }
    }),
})
