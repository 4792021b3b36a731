import { defineOperation } from '../../operation.ts'
import { pageOfViews } from '../../shapes/lists.ts'
import { viewToken } from './tokens.ts'

/** All of them: the list has no pages. */
export const v1EdgeTokensList = defineOperation('v1EdgeTokensList', {
  scope: 'tenant',
  permission: 'edgeToken.list',
  handler: ({ subject, query }, context) =>
    context.admission.run(subject, async (tx) => {
      const views = []
      for (const token of (await tx.list('EdgeToken', { limit: 0 })).items)
        views.push(await viewToken(tx, subject, token))
      return { items: pageOfViews(views, query, 0).items }
    }),
})
