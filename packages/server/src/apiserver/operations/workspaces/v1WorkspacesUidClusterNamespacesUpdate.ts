import { defineOperation } from '../../operation.ts'
import { changeWorkspace } from './load.ts'
import { parseAllotments } from './parse.ts'

/** Replaces clusters, namespaces and quota; who holds which role stays. */
export const v1WorkspacesUidClusterNamespacesUpdate = defineOperation('v1WorkspacesUidClusterNamespacesUpdate', {
  scope: 'object',
  permission: 'workspace.update',
  handler({ subject, params, body }, context) {
    const allotments = parseAllotments(body, '')
    return context.admission.run(subject, (tx) =>
      changeWorkspace(tx, params.uid, ({ spec }) => ({ ...spec, ...allotments })),
    )
  },
})
