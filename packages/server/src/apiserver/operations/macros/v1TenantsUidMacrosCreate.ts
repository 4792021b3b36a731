import { defineOperation } from '../../operation.ts'
import { limitOf } from '../tenants/resource-limits.ts'
import { addMacros, changeMacros, parseMacros } from './macro-set.ts'
import { ownTenant } from './scope.ts'

/** Adds; a name that exists is refused. */
export const v1TenantsUidMacrosCreate = defineOperation('v1TenantsUidMacrosCreate', {
  scope: 'tenant',
  permission: 'macro.create',
  async handler({ subject, params, body }, context) {
    const added = parseMacros(body)
    const most = await limitOf(context, subject, 'macro')
    return context.admission.run(subject, (tx) =>
      changeMacros(tx, ownTenant(subject, params.tenantUid), (macros) => addMacros(macros, added), most),
    )
  },
})
