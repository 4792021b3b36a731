import { defineOperation } from '../../operation.ts'
import { viewAlerts } from './alerts.ts'
import { getProject } from './load.ts'
import { membersOf } from './members.ts'
import { viewProject } from './views.ts'

export const v1ProjectsUidGet = defineOperation('v1ProjectsUidGet', {
  scope: 'object',
  permission: 'project.get',
  async handler({ subject, params }, context) {
    const { project, alerts } = await context.admission.run(subject, async (tx) => {
      const found = await getProject(tx, params.uid)
      return { project: found, alerts: await viewAlerts(tx, subject, found) }
    })
    const members = await membersOf(context, subject, [params.uid])
    return viewProject(project, alerts, members.get(params.uid) ?? [])
  },
})
