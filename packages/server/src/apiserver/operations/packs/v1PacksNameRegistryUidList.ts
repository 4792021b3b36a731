import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Catalogue } from '../../../content/catalogue.ts'
import { packNameOf } from '../../../content/macro-scope.ts'
import { defineOperation } from '../../operation.ts'
import { viewPackTags } from './views.ts'

export const v1PacksNameRegistryUidList = defineOperation('v1PacksNameRegistryUidList', {
  scope: 'object',
  permission: 'packRegistry.get',
  handler: ({ subject, params, query }, context) =>
    context.admission.run(subject, async (tx) => {
      const name = packNameOf(params.packName)
      const packs = await new Catalogue(tx).packs({ name: [name], registryUid: params.registryUid })
      // `all` is what clients ask that have no cloud in mind: they look for packs of any.
      const cloud = query.cloudType === 'all' ? undefined : query.cloudType
      const versions = packs.filter(
        ({ spec }) =>
          (!query.layer || spec.layer === query.layer) &&
          (!cloud || spec.cloudTypes.includes('all') || spec.cloudTypes.includes(cloud)),
      )
      if (versions.length > 0) return viewPackTags(versions)
      throw new AtriumError(
        'ResourceNotFound',
        `Pack '${name}' is not found in registry '${params.registryUid}'. POST /v1/packs/search lists what there is.`,
      )
    }),
})
