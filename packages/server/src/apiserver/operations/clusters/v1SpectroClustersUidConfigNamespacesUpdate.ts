import { defineOperation } from '../../operation.ts'
import { checkNamespaces } from './access.ts'
import { changeResources } from './cluster-config.ts'

/** The list is complete. A namespace that goes stays in the cluster while anything is in it. */
export const v1SpectroClustersUidConfigNamespacesUpdate = defineOperation(
  'v1SpectroClustersUidConfigNamespacesUpdate',
  {
    scope: 'object',
    permission: 'cluster.update',
    async handler(request, context) {
      const namespaces = request.body.namespaces ?? []
      checkNamespaces(namespaces, 'namespaces')
      await changeResources(request, context, { namespaces })
    },
  },
)
