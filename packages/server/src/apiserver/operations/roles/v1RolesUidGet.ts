import { builtInRole } from '@atrium/api/permissions/roles.ts'
import { notFound } from '../../../admission/authorize.ts'
import { defineOperation } from '../../operation.ts'
import { viewBuiltInRole, viewRole } from './views.ts'

export const v1RolesUidGet = defineOperation('v1RolesUidGet', {
  scope: 'tenant',
  permission: 'role.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const builtIn = builtInRole(params.uid)
      if (builtIn) return viewBuiltInRole(builtIn)
      const role = await tx.get('Role', params.uid)
      if (!role) throw notFound('Role', params.uid)
      return viewRole(role)
    }),
})
