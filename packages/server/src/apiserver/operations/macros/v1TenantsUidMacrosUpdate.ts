import { defineOperation } from '../../operation.ts'
import { changeMacros, parseMacros } from './macro-set.ts'
import { ownTenant } from './scope.ts'

/** Replaces the whole set. */
export const v1TenantsUidMacrosUpdate = defineOperation('v1TenantsUidMacrosUpdate', {
  scope: 'tenant',
  permission: 'macro.update',
  handler({ subject, params, body }, context) {
    const wanted = parseMacros(body)
    return context.admission.run(subject, (tx) => changeMacros(tx, ownTenant(subject, params.tenantUid), () => wanted))
  },
})
