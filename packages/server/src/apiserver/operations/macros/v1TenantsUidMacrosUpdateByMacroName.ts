import { defineOperation } from '../../operation.ts'
import { limitOf } from '../tenants/resource-limits.ts'
import { changeMacros, parseMacros } from './macro-set.ts'
import { ownTenant } from './scope.ts'

/** Sets the values of the macros named; the others stay. */
export const v1TenantsUidMacrosUpdateByMacroName = defineOperation('v1TenantsUidMacrosUpdateByMacroName', {
  scope: 'tenant',
  permission: 'macro.update',
  async handler({ subject, params, body }, context) {
    const changed = parseMacros(body)
    const most = await limitOf(context, subject, 'macro')
    return context.admission.run(subject, (tx) =>
      changeMacros(tx, ownTenant(subject, params.tenantUid), (macros) => ({ ...macros, ...changed }), most),
    )
  },
})
