import { defineOperation } from '../../operation.ts'
import { listedFrom, listMeta, pageOf } from '../../shapes/lists.ts'
import { viewMeta } from '../../shapes/meta.ts'

export const v1CloudAccountsListSummary = defineOperation('v1CloudAccountsListSummary', {
  scope: 'project',
  permission: 'cloudaccount.list',
  handler: ({ subject, query, project }, context) =>
    context.admission.run(subject, async (tx) => {
      const page = await tx.list('CloudAccount', { project: listedFrom(project), ...pageOf(query) })
      const items = page.items.map(({ meta, spec }) => ({ kind: spec.cloudType, metadata: viewMeta(meta) }))
      return { items, listmeta: listMeta(page, query) }
    }),
})
