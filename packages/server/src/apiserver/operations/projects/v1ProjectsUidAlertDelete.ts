import { defineOperation } from '../../operation.ts'
import { mustBeComponent, putChannels } from './alerts.ts'
import { lockProject } from './load.ts'

export const v1ProjectsUidAlertDelete = defineOperation('v1ProjectsUidAlertDelete', {
  scope: 'object',
  permission: 'project.update',
  async handler({ subject, params }, context) {
    mustBeComponent(params.component)
    await context.admission.run(subject, async (tx) => {
      await putChannels(tx, await lockProject(tx, params.uid), params.component, [], [])
    })
  },
})
