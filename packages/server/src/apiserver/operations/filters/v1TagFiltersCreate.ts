import { defineOperation } from '../../operation.ts'
import { mustFit } from '../tenants/resource-limits.ts'
import { parseTagFilter } from './parse.ts'

export const v1TagFiltersCreate = defineOperation('v1TagFiltersCreate', {
  scope: 'tenant',
  permission: 'filter.create',
  async handler({ subject, body, unknownOf }, context) {
    const filter = parseTagFilter(body, unknownOf('v1TagFilter', body))
    await mustFit(context, subject, 'filter')
    return context.admission.run(subject, async (tx) => {
      const { meta } = await tx.create({ kind: 'TagFilter', project: null, ...filter })
      return { uid: meta.uid }
    })
  },
})
