import type { ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { planInfrastructure } from '../../../content/plan-machines.ts'
import { planLayers } from '../../../content/plan-update.ts'
import { readResolveContext } from '../../../content/resolve-context.ts'
import { defineOperation } from '../../operation.ts'
import { loadProfiles } from '../clusters/load.ts'
import { changeProfiles } from '../clusters/profiles.ts'
import { getCluster } from './load-cluster.ts'

/** What an update would change, layer by layer and machine by machine. Stores nothing. */
export const atriumClustersPlan = defineOperation('atriumClustersPlan', {
  scope: 'object',
  permission: 'cluster.update',
  async handler({ subject, params, body }, context) {
    const { cluster, profiles, machines } = await context.admission.run(subject, async (tx) => {
      const found = await getCluster(tx, params.uid)
      const inputs = body.profiles ?? []
      const loaded = await loadProfiles(tx, found.spec.cloudType, inputs, 'profiles')
      const changes = loaded.map((profile, index) => ({ profile, replaces: inputs[index]?.replaceWithProfile }))
      return {
        cluster: found,
        profiles: changeProfiles(found.spec.profiles, changes),
        machines: (await tx.list('Machine', { where: { clusterUid: params.uid } })).items,
      }
    })
    const after = { ...cluster.spec, profiles, machinePools: resize(cluster.spec, body.pools ?? []) }
    const { layers, problems } = planLayers(cluster.spec.profiles, profiles, {
      before: await readResolveContext(context.store, cluster),
      after: await readResolveContext(context.store, { ...cluster, spec: after }),
    })
    const provider = context.providers.get(cluster.spec.cloudType)
    const operations = provider ? planInfrastructure(cluster, after, machines, provider) : []
    return {
      layers,
      machines: operations.map(({ type, summary, disturbs }) => ({ type, summary, disturbs })),
      problems: problems.map(({ layer, profileUid, path, message }) => ({ layer, profileUid, path, message })),
    }
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
