import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { layerIds, unknownLayers } from '../../../content/layer-policy.ts'
import { defineOperation } from '../../operation.ts'
import { lockCluster } from '../clusters/load.ts'

export const atriumClustersPolicyUpdate = defineOperation('atriumClustersPolicyUpdate', {
  scope: 'object',
  permission: 'cluster.update',
  async handler({ subject, params, body }, context) {
    await context.admission.run(subject, async (tx) => {
      const { spec } = await lockCluster(tx, params.uid)
      const { drift, nodes, layers = spec.policy.layers ?? {} } = body
      const [unknown] = unknownLayers(layers, spec)
      if (unknown !== undefined) {
        const message = `layers: the cluster has no layer '${unknown}'. There are: ${layerIds(spec.profiles).join(', ')}.`
        throw new AtriumError('InvalidRequest', message, { details: { field: `layers.${unknown}` } })
      }
      const policy = { drift, nodes, ...(Object.keys(layers).length > 0 && { layers }) }
      await tx.update('Cluster', params.uid, { spec: { ...spec, policy } })
    })
  },
})
