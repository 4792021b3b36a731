import { notFound } from '../../../admission/authorize.ts'
import { defineOperation } from '../../operation.ts'
import { viewTagFilter } from './views.ts'

export const v1TagFilterUidGet = defineOperation('v1TagFilterUidGet', {
  scope: 'tenant',
  permission: 'filter.get',
  async handler({ subject, params }, context) {
    const filter = await context.admission.run(subject, (tx) => tx.get('TagFilter', params.uid))
    if (!filter) throw notFound('TagFilter', params.uid)
    return viewTagFilter(filter)
  },
})
