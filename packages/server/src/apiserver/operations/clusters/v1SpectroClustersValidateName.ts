import { nameMustBeFree } from '../../load.ts'
import { defineOperation } from '../../operation.ts'

export const v1SpectroClustersValidateName = defineOperation('v1SpectroClustersValidateName', {
  scope: 'project',
  permission: 'cluster.list',
  handler: ({ subject, query: { name }, project }, context) =>
    context.admission.run(subject, (tx) => nameMustBeFree(tx, 'Cluster', { project, name, word: 'cluster' })),
})
