import { getOne } from '../../load.ts'
import { defineOperation } from '../../operation.ts'
import { mustHoldFiltered } from './held-filter.ts'
import { parseTagFilter } from './parse.ts'

export const v1TagFilterUidUpdate = defineOperation('v1TagFilterUidUpdate', {
  scope: 'tenant',
  permission: 'filter.update',
  async handler({ subject, params, body, unknownOf }, context) {
    const filter = parseTagFilter(body, unknownOf('v1TagFilter', body))
    const present = await context.admission.run(subject, (tx) => getOne(tx, 'TagFilter', params.uid))
    await mustHoldFiltered(context, subject, present, filter.spec)
    await context.admission.run(subject, (tx) => tx.update('TagFilter', params.uid, filter))
  },
})
