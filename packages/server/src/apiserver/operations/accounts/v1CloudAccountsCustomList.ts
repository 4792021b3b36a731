import { defineOperation } from '../../operation.ts'
import { listedFrom, listMeta, pageOf } from '../../shapes/lists.ts'
import { viewAccount } from './views.ts'

export const v1CloudAccountsCustomList = defineOperation('v1CloudAccountsCustomList', {
  scope: 'project',
  permission: 'cloudaccount.list',
  handler: ({ subject, params, query, project }, context) =>
    context.admission.run(subject, async (tx) => {
      const page = await tx.list('CloudAccount', {
        project: listedFrom(project),
        where: { cloudType: params.cloudType },
        ...pageOf(query),
      })
      return { items: page.items.map(viewAccount), listmeta: listMeta(page, query) }
    }),
})
