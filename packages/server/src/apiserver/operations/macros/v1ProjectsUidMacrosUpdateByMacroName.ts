import { defineOperation } from '../../operation.ts'
import { limitOf } from '../tenants/resource-limits.ts'
import { changeMacros, parseMacros } from './macro-set.ts'
import { projectOf } from './scope.ts'

/** Sets the values of the macros named; the others stay. */
export const v1ProjectsUidMacrosUpdateByMacroName = defineOperation('v1ProjectsUidMacrosUpdateByMacroName', {
  scope: 'object',
  permission: 'macro.update',
  async handler({ subject, params, body }, context) {
    const changed = parseMacros(body)
    const most = await limitOf(context, subject, 'macro')
    return context.admission.run(subject, async (tx) =>
      changeMacros(tx, await projectOf(tx, params.uid), (macros) => ({ ...macros, ...changed }), most),
    )
  },
})
