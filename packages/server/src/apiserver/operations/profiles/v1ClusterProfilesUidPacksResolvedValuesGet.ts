import { readProfileContext } from '../../../content/resolve-context.ts'
import { resolvedValues } from '../../../content/resolved-values.ts'
import { contentActor } from '../../../content/tenant.ts'
import { defineOperation } from '../../operation.ts'
import { getProfile } from './load.ts'

/** Values as far as they are known without a cluster, by the defaults of variables; secrets masked. */
export const v1ClusterProfilesUidPacksResolvedValuesGet = defineOperation(
  'v1ClusterProfilesUidPacksResolvedValuesGet',
  {
    scope: 'object',
    permission: 'clusterProfile.get',
    async handler({ subject, params, body }, context) {
      const { meta, spec } = await context.admission.run(subject, (tx) => getProfile(tx, params.uid))
      const profile = { ...spec, uid: meta.uid, name: meta.name, variableValues: {} }
      const resolving = await context.store.transaction(meta.tenant, contentActor, (tx) =>
        readProfileContext(tx, meta, profile),
      )
      const [view] = resolvedValues([profile], resolving, body?.references ?? null)
      return { resolved: view?.resolved ?? {} }
    },
  },
)
