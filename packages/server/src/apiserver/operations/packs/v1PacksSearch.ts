import { Catalogue } from '../../../content/catalogue.ts'
import type { PackRow } from '../../../content/pack-rows.ts'
import { defineOperation } from '../../operation.ts'
import { listMeta } from '../../shapes/lists.ts'
import { packFilter, searchPacks } from './search.ts'
import { viewPackMetadata } from './views.ts'
import { visibleGroups } from './visible-groups.ts'

/** One item for each pack; clients never continue this list: without a limit it is whole. */
export const v1PacksSearch = defineOperation('v1PacksSearch', {
  scope: 'object',
  permission: 'packRegistry.list',
  async handler({ subject, body, query }, context) {
    const groups = await visibleGroups(context, subject)
    const registries = await context.admission.run(subject, (tx) => new Catalogue(tx).registries())
    const names = new Map(registries.map(({ meta }) => [meta.uid, meta.name]))
    const { group, version: matches } = packFilter(body.filter)
    // Packs of a registry that is being deleted go with it.
    const version = (pack: PackRow): boolean => names.has(pack.spec.registryUid) && matches(pack)
    const page = searchPacks(groups, { group, version }, body.sort, query)
    return { items: page.items.map((versions) => viewPackMetadata(versions, names)), listmeta: listMeta(page) }
  },
})
