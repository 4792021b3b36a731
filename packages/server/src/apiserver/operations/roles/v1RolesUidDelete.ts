import { notFound } from '../../../admission/authorize.ts'
import { defineOperation } from '../../operation.ts'
import { mustBeUnheld } from './held.ts'
import { mustBeCustom } from './parse.ts'

export const v1RolesUidDelete = defineOperation('v1RolesUidDelete', {
  scope: 'tenant',
  permission: 'role.delete',
  async handler({ subject, params }, context) {
    mustBeCustom(params.uid)
    const role = await context.admission.run(subject, (tx) => tx.get('Role', params.uid))
    if (!role) throw notFound('Role', params.uid)
    await mustBeUnheld(context, subject, role)
    await context.admission.run(subject, (tx) => tx.delete('Role', params.uid))
  },
})
