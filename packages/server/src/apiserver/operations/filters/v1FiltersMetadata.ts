import { defineOperation } from '../../operation.ts'
import { filterType } from './views.ts'

export const v1FiltersMetadata = defineOperation('v1FiltersMetadata', {
  scope: 'tenant',
  permission: 'filter.list',
  async handler({ subject, query }, context) {
    const { items } = await context.admission.run(subject, (tx) => tx.list('TagFilter', { limit: 0 }))
    const isAsked = query.filterType === undefined || query.filterType === filterType
    return { items: isAsked ? items.map(({ meta }) => ({ uid: meta.uid, name: meta.name, filterType })) : [] }
  },
})
