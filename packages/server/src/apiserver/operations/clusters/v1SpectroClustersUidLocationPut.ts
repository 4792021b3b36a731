import { defineOperation } from '../../operation.ts'
import { changeConfig, checkLocation } from './cluster-config.ts'

/** Where maps show the cluster. */
export const v1SpectroClustersUidLocationPut = defineOperation('v1SpectroClustersUidLocationPut', {
  scope: 'object',
  permission: 'cluster.update',
  handler: async (request, context) => {
    checkLocation(request.body.location, 'location')
    await changeConfig(request, context, { location: request.body.location })
  },
})
