import { canOn } from '../../../auth/rights/subject.ts'
import { defineOperation } from '../../operation.ts'
import { revisionDifference } from '../../revisions/answers.ts'
import { clusterViews } from '../../revisions/spec-views.ts'
import { getCluster } from '../clusters/load.ts'

/** What one revision of the cluster changed of the one before. */
export const atriumClustersRevisionsGet = defineOperation('atriumClustersRevisionsGet', {
  scope: 'object',
  permission: 'cluster.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const object = await getCluster(tx, params.uid)
      return revisionDifference(tx, object, params.number, (specs) =>
        clusterViews(specs, canOn(subject, 'cloudconfig.get', object.meta)),
      )
    }),
})
