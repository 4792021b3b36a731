import { canOn } from '../../../auth/rights/subject.ts'
import { defineOperation } from '../../operation.ts'
import { revisionsPage } from '../../revisions/answers.ts'
import { clusterViews } from '../../revisions/spec-views.ts'
import { getCluster } from '../clusters/load.ts'

/** Who changed the cluster when and why, newest first. */
export const atriumClustersRevisionsList = defineOperation('atriumClustersRevisionsList', {
  scope: 'object',
  permission: 'cluster.get',
  handler: ({ subject, params, query }, context) =>
    context.admission.run(subject, async (tx) => {
      const object = await getCluster(tx, params.uid)
      return revisionsPage(tx, object, query, (specs) =>
        clusterViews(specs, canOn(subject, 'cloudconfig.get', object.meta)),
      )
    }),
})
