import { canSomewhere } from '../../../auth/rights/subject.ts'
import { offeredGroups, type PackFacet } from '../../../content/pack-rows.ts'
import { defineOperation, Printed } from '../../operation.ts'
import { listMeta } from '../../shapes/lists.ts'
import { printGroup } from './printed-group.ts'
import { packFilter, searchPacks } from './search.ts'
import { visibleRegistries } from './visible-groups.ts'

/** One item for each pack; clients never continue this list: without a limit it is whole. */
export const v1PacksSearch = defineOperation('v1PacksSearch', {
  scope: 'object',
  permission: 'packRegistry.list',
  async handler({ subject, body, query, print }, context) {
    const names = await visibleRegistries(context, subject)
    const groups = canSomewhere(subject, 'packRegistry.get') ? await offeredGroups(context.store, subject.tenant) : []
    const filter = packFilter(body.filter)
    // Packs of a registry that is being deleted go with it, and those of one that the caller does not see are not there.
    const facet = (one: PackFacet): boolean => names.has(one.registryUid) && filter.facet(one)
    const page = searchPacks(groups, { ...filter, facet }, body.sort, query)
    const items = page.items.map((found) => printGroup(found, names, print)).join(',')
    const [before = '', after = ''] = print('v1PackMetadataList', { items: [], listmeta: listMeta(page) }).split('[]')
    return new Printed([before, '[', items, ']', after])
  },
})
