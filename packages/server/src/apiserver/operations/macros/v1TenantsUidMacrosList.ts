import { defineOperation } from '../../operation.ts'
import { readMacros, viewMacros } from './macro-set.ts'
import { ownTenant } from './scope.ts'

export const v1TenantsUidMacrosList = defineOperation('v1TenantsUidMacrosList', {
  scope: 'tenant',
  permission: 'macro.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) =>
      viewMacros(await readMacros(tx, ownTenant(subject, params.tenantUid))),
    ),
})
