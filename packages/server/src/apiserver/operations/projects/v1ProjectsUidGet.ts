import { defineOperation } from '../../operation.ts'
import { viewAlerts } from './alerts.ts'
import { getProject } from './load.ts'
import { viewProject } from './views.ts'

export const v1ProjectsUidGet = defineOperation('v1ProjectsUidGet', {
  scope: 'object',
  permission: 'project.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const project = await getProject(tx, params.uid)
      return viewProject(project, await viewAlerts(tx, subject, project))
    }),
})
