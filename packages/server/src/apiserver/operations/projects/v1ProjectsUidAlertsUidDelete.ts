import { defineOperation } from '../../operation.ts'
import { channelOf, channelsOf, putChannels } from './alerts.ts'
import { lockProject } from './load.ts'

export const v1ProjectsUidAlertsUidDelete = defineOperation('v1ProjectsUidAlertsUidDelete', {
  scope: 'object',
  permission: 'project.update',
  async handler({ subject, params: { uid, component, alertUid } }, context) {
    await context.admission.run(subject, async (tx) => {
      const project = await lockProject(tx, uid)
      const gone = channelOf(project, component, alertUid)
      const kept = channelsOf(project, component).filter((one) => one.uid !== gone.uid)
      await putChannels(tx, project, component, kept, [])
    })
  },
})
