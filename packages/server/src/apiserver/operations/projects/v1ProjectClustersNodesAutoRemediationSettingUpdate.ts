import { mustHold } from '../../../admission/authorize.ts'
import { defineOperation } from '../../operation.ts'
import { nodesRemediationName } from '../tenants/nodes-remediation.ts'
import { getProject } from './load.ts'

export const v1ProjectClustersNodesAutoRemediationSettingUpdate = defineOperation(
  'v1ProjectClustersNodesAutoRemediationSettingUpdate',
  {
    scope: 'object',
    permission: 'project.update',
    async handler({ subject, params, body }, context) {
      const { meta } = await context.admission.run(subject, (tx) => getProject(tx, params.uid))
      mustHold(subject, 'project.update', { ...meta, project: meta.uid })
      await context.identity.putSetting(subject, nodesRemediationName, body, meta.uid)
    },
  },
)
