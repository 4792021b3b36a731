import type { ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { defineOperation } from '../../operation.ts'
import { planCluster, readChange } from './plan-cluster.ts'

/** What an update would change, layer by layer and machine by machine. Stores nothing. */
export const atriumClustersPlan = defineOperation('atriumClustersPlan', {
  scope: 'object',
  permission: 'cluster.update',
  async handler({ subject, params, body }, context) {
    const { cluster, profiles, machines } = await context.admission.run(subject, (tx) =>
      readChange(tx, params.uid, body.profiles ?? []),
    )
    const after = { ...cluster.spec, profiles, machinePools: resize(cluster.spec, body.pools ?? []) }
    return planCluster(context, cluster, after, machines)
  },
})

function resize({ machinePools }: ClusterSpec, pools: { name: string; size: number }[]): ClusterSpec['machinePools'] {
  for (const [index, { name }] of pools.entries())
    if (!machinePools.some((pool) => pool.name === name))
      throw new AtriumError('InvalidRequest', `pools[${index}].name: the cluster has no pool '${name}'.`, {
        details: { field: `pools[${index}].name` },
      })
  const sizes = new Map(pools.map(({ name, size }) => [name, size]))
  return machinePools.map((pool) => ({ ...pool, size: sizes.get(pool.name) ?? pool.size }))
}
