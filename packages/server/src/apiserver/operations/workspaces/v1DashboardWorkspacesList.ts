import { defineOperation } from '../../operation.ts'
import { listedFrom } from '../../shapes/lists.ts'
import { readBrief } from '../clusters/refs.ts'
import { viewListed } from './views.ts'

export const v1DashboardWorkspacesList = defineOperation('v1DashboardWorkspacesList', {
  scope: 'project',
  permission: 'workspace.list',
  handler: ({ subject, project }, context) =>
    context.admission.run(subject, async (tx) => {
      const where = project === null ? {} : { project: listedFrom(project) }
      const { items } = await tx.list('Workspace', { ...where, limit: 0 })
      const clusters = await readBrief(
        tx,
        items.flatMap(({ spec }) => spec.clusterUids),
      )
      return { cpuUnit: 'cores', memoryUnit: 'MiB', items: items.map((one) => viewListed(one, clusters)) }
    }),
})
