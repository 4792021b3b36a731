import { getOne } from '../../load.ts'
import { defineOperation } from '../../operation.ts'
import { viewTagFilter } from './views.ts'

export const v1TagFilterUidGet = defineOperation('v1TagFilterUidGet', {
  scope: 'tenant',
  permission: 'filter.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => viewTagFilter(await getOne(tx, 'TagFilter', params.uid))),
})
