import { declaredProfiles } from '../../../content/cluster-access.ts'
import { layerPolicy } from '../../../content/layer-policy.ts'
import { resolveLayers } from '../../../content/resolve.ts'
import { readResolveContext } from '../../../content/resolve-context.ts'
import { contentActor } from '../../../content/tenant.ts'
import { defineOperation } from '../../operation.ts'
import { getCluster } from '../clusters/load.ts'

/** What was set, and what holds for each layer; layers whose values cannot be read are left out of the latter. */
export const atriumClustersPolicyGet = defineOperation('atriumClustersPolicyGet', {
  scope: 'object',
  permission: 'cluster.get',
  async handler({ subject, params }, context) {
    const cluster = await context.admission.run(subject, (tx) => getCluster(tx, params.uid))
    const { policy } = cluster.spec
    const resolving = await context.store.transaction(cluster.meta.tenant, contentActor, (tx) =>
      readResolveContext(tx, cluster),
    )
    const declared = declaredProfiles(cluster.spec, resolving.workspaces)
    const effective = resolveLayers(declared, resolving).layers.map((layer) => layerPolicy(policy, layer))
    return { drift: policy.drift, nodes: policy.nodes, layers: policy.layers ?? {}, effective }
  },
})
