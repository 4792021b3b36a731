import { defineOperation } from '../../operation.ts'
import { limitOf } from '../tenants/resource-limits.ts'
import { changeMacros, parseMacros } from './macro-set.ts'
import { ownTenant } from './scope.ts'

/** Replaces the whole set. */
export const v1TenantsUidMacrosUpdate = defineOperation('v1TenantsUidMacrosUpdate', {
  scope: 'tenant',
  permission: 'macro.update',
  async handler({ subject, params, body }, context) {
    const wanted = parseMacros(body)
    const most = await limitOf(context, subject, 'macro')
    return context.admission.run(subject, (tx) =>
      changeMacros(tx, ownTenant(subject, params.tenantUid), () => wanted, most),
    )
  },
})
