import { defineOperation } from '../../operation.ts'
import { checkBindings } from './access.ts'
import { changeResources } from './cluster-config.ts'

/** The list is complete: bindings it does not name are taken out of the cluster. */
export const v1SpectroClustersUidConfigRbacsUpdate = defineOperation('v1SpectroClustersUidConfigRbacsUpdate', {
  scope: 'object',
  permission: 'cluster.update',
  async handler(request, context) {
    const rbacs = request.body.rbacs ?? []
    checkBindings(rbacs, 'rbacs')
    await changeResources(request, context, { rbacs })
  },
})
