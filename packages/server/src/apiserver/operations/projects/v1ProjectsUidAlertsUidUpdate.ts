import { defineOperation } from '../../operation.ts'
import { channelOf, channelsOf, parseChannel, putChannels } from './alerts.ts'
import { lockProject } from './load.ts'

export const v1ProjectsUidAlertsUidUpdate = defineOperation('v1ProjectsUidAlertsUidUpdate', {
  scope: 'object',
  permission: 'project.update',
  async handler({ subject, params: { uid, component, alertUid }, body }, context) {
    await context.admission.run(subject, async (tx) => {
      const project = await lockProject(tx, uid)
      const { createdBy } = channelOf(project, component, alertUid)
      const given = parseChannel(body, 'body', alertUid, createdBy)
      const channels = channelsOf(project, component).map((one) => (one.uid === alertUid ? given.channel : one))
      await putChannels(tx, project, component, channels, [given])
    })
  },
})
