import { defineOperation } from '../../operation.ts'
import { listedFrom, listMeta, pageOfViews } from '../../shapes/lists.ts'
import { viewAccount } from './views.ts'

export const v1CloudAccountsCustomList = defineOperation('v1CloudAccountsCustomList', {
  scope: 'project',
  permission: 'cloudaccount.list',
  handler: ({ subject, params, query, project }, context) =>
    context.admission.run(subject, async (tx) => {
      const where = { cloudType: params.cloudType }
      const { items } = await tx.list('CloudAccount', { project: listedFrom(project), where, limit: 0 })
      const page = pageOfViews(items.map(viewAccount), query)
      return { items: page.items, listmeta: listMeta(page) }
    }),
})
