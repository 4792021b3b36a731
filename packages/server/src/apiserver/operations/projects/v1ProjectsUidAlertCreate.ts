import { newUid } from '@atrium/runtime/base/random.ts'
import { defineOperation } from '../../operation.ts'
import { limitOf, limitReached } from '../tenants/resource-limits.ts'
import { channelsOf, mustBeComponent, parseChannel, putChannels } from './alerts.ts'
import { lockProject } from './load.ts'

/** One more channel. */
export const v1ProjectsUidAlertCreate = defineOperation('v1ProjectsUidAlertCreate', {
  scope: 'object',
  permission: 'project.update',
  async handler({ subject, params, body }, context) {
    mustBeComponent(params.component)
    const given = parseChannel(body, 'body', newUid(context.random), subject.actor.name)
    const limit = await limitOf(context, subject, 'alert')
    return context.admission.run(subject, async (tx) => {
      const project = await lockProject(tx, params.uid)
      const channels = [...channelsOf(project, params.component), given.channel]
      if (channels.length > limit) throw limitReached('alert', limit, channels.length, 'each project')
      await putChannels(tx, project, params.component, channels, [given])
      return { uid: given.channel.uid }
    })
  },
})
