import { defineOperation } from '../../operation.ts'
import { changeWorkspace, withBindings } from './load.ts'
import { parseBindings } from './parse.ts'

export const v1WorkspacesUidClusterRbacUpdate = defineOperation('v1WorkspacesUidClusterRbacUpdate', {
  scope: 'object',
  permission: 'workspace.update',
  handler({ subject, params, body }, context) {
    const bindings = parseBindings(body, 'spec.bindings')
    return context.admission.run(subject, (tx) =>
      changeWorkspace(tx, params.uid, ({ spec }) => ({
        ...spec,
        rbacs: withBindings(spec, params.clusterRbacUid, bindings),
      })),
    )
  },
})
