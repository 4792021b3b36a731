import { defineOperation } from '../../operation.ts'
import { changeConfig } from './cluster-config.ts'

/** Kept and shown: whether virtual clusters may be placed in it. */
export const V1HostClusterConfigUpdate = defineOperation('V1HostClusterConfigUpdate', {
  scope: 'object',
  permission: 'cluster.update',
  handler: (request, context) => changeConfig(request, context, { hostClusterConfig: request.body.hostClusterConfig }),
})
