import { newUid } from '@atrium/runtime/base/random.ts'
import { capped } from '../../invalid.ts'
import { defineOperation } from '../../operation.ts'
import { changeWorkspace } from './load.ts'
import { limits, parseBindings } from './parse.ts'

export const v1WorkspacesClusterRbacCreate = defineOperation('v1WorkspacesClusterRbacCreate', {
  scope: 'object',
  permission: 'workspace.update',
  async handler({ subject, params, body }, context) {
    const rbac = { uid: newUid(context.random), bindings: parseBindings(body, 'spec.bindings') }
    await context.admission.run(subject, (tx) =>
      changeWorkspace(tx, params.uid, ({ spec }) => ({
        ...spec,
        rbacs: [...capped([...spec.rbacs, rbac], limits.rbacs, 'clusterRbacs')],
      })),
    )
    return { uid: rbac.uid }
  },
})
