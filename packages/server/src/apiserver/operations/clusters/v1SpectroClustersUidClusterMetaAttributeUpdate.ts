import { defineOperation } from '../../operation.ts'
import { changeConfig } from './cluster-config.ts'

/** Free text of the user's, returned as it is. */
export const v1SpectroClustersUidClusterMetaAttributeUpdate = defineOperation(
  'v1SpectroClustersUidClusterMetaAttributeUpdate',
  {
    scope: 'object',
    permission: 'cluster.update',
    handler: (request, context) =>
      changeConfig(request, context, { clusterMetaAttribute: request.body.clusterMetaAttribute }),
  },
)
