import { defineOperation } from '../../operation.ts'
import { listedFrom, listMeta, pageOfViews } from '../../shapes/lists.ts'
import { viewMeta } from '../../shapes/meta.ts'

export const v1CloudAccountsListSummary = defineOperation('v1CloudAccountsListSummary', {
  scope: 'project',
  permission: 'cloudaccount.list',
  handler: ({ subject, query, project }, context) =>
    context.admission.run(subject, async (tx) => {
      const { items } = await tx.list('CloudAccount', { project: listedFrom(project), limit: 0 })
      const views = items.map(({ meta, spec }) => ({ kind: spec.cloudType, metadata: viewMeta(meta) }))
      const page = pageOfViews(views, query)
      return { items: page.items, listmeta: listMeta(page) }
    }),
})
