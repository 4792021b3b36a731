import { defineOperation } from '../../operation.ts'
import { parseTagFilter } from './parse.ts'

export const v1TagFilterUidUpdate = defineOperation('v1TagFilterUidUpdate', {
  scope: 'tenant',
  permission: 'filter.update',
  async handler({ subject, params, body, unknownOf }, context) {
    const filter = parseTagFilter(body, unknownOf('v1TagFilter', body))
    await context.admission.run(subject, (tx) => tx.update('TagFilter', params.uid, filter))
  },
})
