import { getOne } from '../../load.ts'
import { defineOperation } from '../../operation.ts'
import { mustBeUnheld } from '../roles/held.ts'

export const v1TagFilterUidDelete = defineOperation('v1TagFilterUidDelete', {
  scope: 'tenant',
  permission: 'filter.delete',
  async handler({ subject, params }, context) {
    const filter = await context.admission.run(subject, (tx) => getOne(tx, 'TagFilter', params.uid))
    // Without its filter a resource role would give more, or nothing.
    await mustBeUnheld(context, subject, filter)
    await context.admission.run(subject, (tx) => tx.delete('TagFilter', params.uid))
  },
})
