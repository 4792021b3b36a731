import { Catalogue } from '../../../content/catalogue.ts'
import { defineOperation } from '../../operation.ts'
import { layerPack, packOrLayer } from './pack-or-layer.ts'
import { viewPackTags } from './views.ts'

/** Asked for every layer of every profile that a client reads, manifest layers included: each must answer. */
export const v1PacksUid = defineOperation('v1PacksUid', {
  scope: 'object',
  permission: 'packRegistry.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const found = await packOrLayer(tx, new Catalogue(tx), params.uid)
      return 'pack' in found ? viewPackTags([found.pack]) : layerPack(found.layer)
    }),
})
