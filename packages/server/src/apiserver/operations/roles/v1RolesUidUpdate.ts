import { defineOperation } from '../../operation.ts'
import { mustBeCustom, parseRole } from './parse.ts'

export const v1RolesUidUpdate = defineOperation('v1RolesUidUpdate', {
  scope: 'tenant',
  permission: 'role.update',
  async handler({ subject, params, body, unknownOf }, context) {
    mustBeCustom(params.uid)
    const role = parseRole(body, unknownOf('v1Role', body))
    await context.admission.run(subject, (tx) => tx.update('Role', params.uid, role))
  },
})
