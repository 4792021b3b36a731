import { defineOperation } from '../../operation.ts'
import { limitOf } from '../tenants/resource-limits.ts'
import { addMacros, changeMacros, parseMacros } from './macro-set.ts'
import { projectOf } from './scope.ts'

/** Adds; a name that exists is refused. */
export const v1ProjectsUidMacrosCreate = defineOperation('v1ProjectsUidMacrosCreate', {
  scope: 'object',
  permission: 'macro.create',
  async handler({ subject, params, body }, context) {
    const added = parseMacros(body)
    const most = await limitOf(context, subject, 'macro')
    return context.admission.run(subject, async (tx) =>
      changeMacros(tx, await projectOf(tx, params.uid), (macros) => addMacros(macros, added), most),
    )
  },
})
