import { defineOperation } from '../../operation.ts'
import { changeWorkspace, withBindings } from './load.ts'

export const v1WorkspacesUidClusterRbacDelete = defineOperation('v1WorkspacesUidClusterRbacDelete', {
  scope: 'object',
  permission: 'workspace.update',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, (tx) =>
      changeWorkspace(tx, params.uid, ({ spec }) => ({
        ...spec,
        rbacs: withBindings(spec, params.clusterRbacUid, null),
      })),
    ),
})
