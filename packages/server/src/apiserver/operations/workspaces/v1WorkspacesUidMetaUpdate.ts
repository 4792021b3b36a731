import { defineOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { lockWorkspace } from './load.ts'

export const v1WorkspacesUidMetaUpdate = defineOperation('v1WorkspacesUidMetaUpdate', {
  scope: 'object',
  permission: 'workspace.update',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, async (tx) => {
      const { meta } = await lockWorkspace(tx, params.uid)
      const { name, ...given } = parseMeta(body)
      await tx.update('Workspace', params.uid, { name: name || meta.name, ...given })
    }),
})
