import { canSomewhere } from '../../../auth/subject.ts'
import { offeredGroups, type PackFacet } from '../../../content/pack-rows.ts'
import { registryNames } from '../../../content/registry-names.ts'
import { defineOperation, Printed } from '../../operation.ts'
import { listMeta } from '../../shapes/lists.ts'
import { printGroup } from './printed-group.ts'
import { packFilter, searchPacks } from './search.ts'

/**
 * One item for each pack; clients never continue this list: without a limit it is whole. Packs and registries belong to the whole
 * tenant: whoever may list them anywhere sees all.
 */
export const v1PacksSearch = defineOperation('v1PacksSearch', {
  scope: 'object',
  permission: 'packRegistry.list',
  async handler({ subject, body, query, print }, { store }) {
    const isReader = canSomewhere(subject, 'packRegistry.get')
    const { tenant } = subject
    const [groups, names] = isReader
      ? await Promise.all([offeredGroups(store, tenant), registryNames(store, tenant)])
      : [[], new Map<string, string>()]
    const filter = packFilter(body.filter)
    // Packs of a registry that is being deleted go with it.
    const facet = (one: PackFacet): boolean => names.has(one.registryUid) && filter.facet(one)
    const page = searchPacks(groups, { ...filter, facet }, body.sort, query)
    const items = page.items.map((found) => printGroup(found, names, print)).join(',')
    const [before = '', after = ''] = print('v1PackMetadataList', { items: [], listmeta: listMeta(page) }).split('[]')
    return new Printed([before, '[', items, ']', after])
  },
})
