import { Catalogue } from '../../../content/catalogue.ts'
import { defineOperation } from '../../operation.ts'
import { listMeta, pageOfArray } from '../../shapes/lists.ts'
import { groupPacks, packFilter } from './search.ts'
import { viewPackMetadata } from './views.ts'

/** One item for each pack; clients never continue this list: without a limit it is whole. */
export const v1PacksSearch = defineOperation('v1PacksSearch', {
  scope: 'object',
  permission: 'packRegistry.list',
  handler: ({ subject, body, query }, context) =>
    context.admission.run(subject, async (tx) => {
      const catalogue = new Catalogue(tx)
      const names = new Map((await catalogue.registries()).map(({ meta }) => [meta.uid, meta.name]))
      const packs = (await catalogue.packs()).filter(packFilter(body.filter))
      const page = pageOfArray(groupPacks(packs, body.sort), query, 0)
      return {
        items: page.items.map((versions) => viewPackMetadata(versions, names)),
        listmeta: listMeta(page),
      }
    }),
})
