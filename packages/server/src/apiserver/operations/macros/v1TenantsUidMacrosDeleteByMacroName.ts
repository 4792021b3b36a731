import { defineOperation } from '../../operation.ts'
import { changeMacros, removeMacros } from './macro-set.ts'
import { ownTenant } from './scope.ts'

/** Removes the macros named in the body. */
export const v1TenantsUidMacrosDeleteByMacroName = defineOperation('v1TenantsUidMacrosDeleteByMacroName', {
  scope: 'tenant',
  permission: 'macro.delete',
  handler({ subject, params, body }, context) {
    const names = (body.macros ?? []).map(({ name }) => name ?? '')
    return context.admission.run(subject, (tx) =>
      changeMacros(tx, ownTenant(subject, params.tenantUid), (macros) => removeMacros(macros, names)),
    )
  },
})
