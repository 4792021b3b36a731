import { defineOperation } from '../../operation.ts'
import { stringFilter } from '../../shapes/filters.ts'
import { listMeta, pageOfArray } from '../../shapes/lists.ts'
import { orderViews } from '../../shapes/order.ts'
import { viewProjectSummary } from './views.ts'

const sortPaths = {
  name: 'metadata.name',
  creationTimestamp: 'metadata.creationTimestamp',
  lastModifiedTimestamp: 'metadata.lastModifiedTimestamp',
} as const

export const v1ProjectsFilterSummary = defineOperation('v1ProjectsFilterSummary', {
  scope: 'self',
  permission: null,
  handler: ({ subject, body, query }, context) =>
    context.admission.run(subject, async (tx) => {
      const { items } = await tx.list('Project', { limit: 0 })
      const byName = stringFilter(body.filter?.name)
      const views = items.filter(({ meta }) => byName(meta.name)).map(viewProjectSummary)
      const order = (body.sort ?? [])
        .map(({ field, order: direction }) => `${sortPaths[field ?? 'name']}=${direction === 'desc' ? -1 : 1}`)
        .join(',')
      const page = pageOfArray(orderViews(views, order), query)
      return { items: page.items, listmeta: listMeta(page) }
    }),
})
