import { defineOperation } from '../../operation.ts'
import { mustFit } from '../tenants/resource-limits.ts'
import { parseRole } from './parse.ts'

export const v1RolesCreate = defineOperation('v1RolesCreate', {
  scope: 'tenant',
  permission: 'role.create',
  async handler({ subject, body, unknownOf }, context) {
    const role = parseRole(body, unknownOf('v1Role', body))
    await mustFit(context, subject, 'role')
    return context.admission.run(subject, async (tx) => {
      const { meta } = await tx.create({ kind: 'Role', project: null, ...role })
      return { uid: meta.uid }
    })
  },
})
