import { readResolveContext } from '../../../content/resolve-context.ts'
import { resolvedValues } from '../../../content/resolved-values.ts'
import { contentActor } from '../../../content/tenant.ts'
import { defineOperation } from '../../operation.ts'
import { getCluster } from './load.ts'

/** Values as the cluster's agent gets them, secrets masked. */
export const v1SpectroClustersUidPacksResolvedValuesGet = defineOperation(
  'v1SpectroClustersUidPacksResolvedValuesGet',
  {
    scope: 'object',
    permission: 'cluster.get',
    async handler({ subject, params, body }, context) {
      const cluster = await context.admission.run(subject, (tx) => getCluster(tx, params.uid))
      const resolving = await context.store.transaction(cluster.meta.tenant, contentActor, (tx) =>
        readResolveContext(tx, cluster),
      )
      return { profiles: resolvedValues(cluster.spec.profiles, resolving, body?.references ?? null) }
    },
  },
)
