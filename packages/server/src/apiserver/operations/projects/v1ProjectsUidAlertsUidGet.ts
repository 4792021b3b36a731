import { defineOperation } from '../../operation.ts'
import { channelOf, viewChannel } from './alerts.ts'
import { getProject } from './load.ts'

export const v1ProjectsUidAlertsUidGet = defineOperation('v1ProjectsUidAlertsUidGet', {
  scope: 'object',
  permission: 'project.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const project = await getProject(tx, params.uid)
      return viewChannel(tx, subject, project, channelOf(project, params.component, params.alertUid))
    }),
})
