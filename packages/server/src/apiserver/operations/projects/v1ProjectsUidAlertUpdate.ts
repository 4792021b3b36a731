import { newUid } from '@atrium/runtime/base/random.ts'
import { defineOperation } from '../../operation.ts'
import { limitOf, limitReached } from '../tenants/resource-limits.ts'
import { channelsOf, mustBeComponent, parseChannel, putChannels } from './alerts.ts'
import { lockProject } from './load.ts'

/** The list is complete: channels it lacks are gone, and an empty one removes the alert. */
export const v1ProjectsUidAlertUpdate = defineOperation('v1ProjectsUidAlertUpdate', {
  scope: 'object',
  permission: 'project.update',
  async handler({ subject, params, body }, context) {
    mustBeComponent(params.component)
    const sent = body.channels ?? []
    const limit = await limitOf(context, subject, 'alert')
    await context.admission.run(subject, async (tx) => {
      const project = await lockProject(tx, params.uid)
      const former = channelsOf(project, params.component)
      // Who lowered the limit may still take channels away.
      if (sent.length > limit && sent.length > former.length)
        throw limitReached('alert', limit, sent.length, 'each project')
      const known = new Set(former.map(({ uid }) => uid))
      const given = sent.map((channel, index) => {
        // Each uid once, or two channels would share what they call.
        const uid = channel.uid && known.delete(channel.uid) ? channel.uid : newUid(context.random)
        return parseChannel(channel, `channels[${index}]`, uid, subject.actor.name)
      })
      const channels = given.map(({ channel }) => channel)
      await putChannels(tx, project, params.component, channels, given)
    })
  },
})
