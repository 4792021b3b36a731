import { defineOperation } from '../../operation.ts'
import { nodesRemediation } from '../tenants/nodes-remediation.ts'
import { getProject } from './load.ts'

export const v1ProjectClusterSettingsGet = defineOperation('v1ProjectClusterSettingsGet', {
  scope: 'object',
  permission: 'project.get',
  async handler({ subject, params }, context) {
    const { meta } = await context.admission.run(subject, (tx) => getProject(tx, params.uid))
    return {
      nodesAutoRemediationSetting: await nodesRemediation(context, subject, meta.uid),
      tenantClusterSettings: { nodesAutoRemediationSetting: await nodesRemediation(context, subject, null) },
    }
  },
})
