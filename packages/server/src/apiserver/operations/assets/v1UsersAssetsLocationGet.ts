import { defineOperation } from '../../operation.ts'
import { listedFrom, pageOfViews } from '../../shapes/lists.ts'
import { viewLocation } from './locations.ts'

/** All of them: the list has no pages. */
export const v1UsersAssetsLocationGet = defineOperation('v1UsersAssetsLocationGet', {
  scope: 'project',
  permission: 'location.list',
  async handler({ subject, query, project }, context) {
    const scope = { project: listedFrom(project), limit: 0 }
    const { items } = await context.admission.run(subject, (tx) => tx.list('StorageLocation', scope))
    return { items: pageOfViews(items.map(viewLocation), query, 0).items }
  },
})
