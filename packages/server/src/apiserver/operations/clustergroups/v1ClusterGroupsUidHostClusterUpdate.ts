import { defineOperation } from '../../operation.ts'
import { changeGroup } from './load.ts'
import { parseHosts } from './parse.ts'

export const v1ClusterGroupsUidHostClusterUpdate = defineOperation('v1ClusterGroupsUidHostClusterUpdate', {
  scope: 'object',
  permission: 'clusterGroup.update',
  async handler({ subject, params, body, keptOf }, context) {
    const hosts = parseHosts(body, '', keptOf)
    await context.admission.run(subject, (tx) => changeGroup(tx, params.uid, hosts))
  },
})
