import { defineOperation } from '../../operation.ts'
import { changeMacros, removeMacros } from './macro-set.ts'
import { projectOf } from './scope.ts'

/** Removes the macros named in the body. */
export const v1ProjectsUidMacrosDeleteByMacroName = defineOperation('v1ProjectsUidMacrosDeleteByMacroName', {
  scope: 'object',
  permission: 'macro.delete',
  handler({ subject, params, body }, context) {
    const names = (body.macros ?? []).map(({ name }) => name ?? '')
    return context.admission.run(subject, async (tx) =>
      changeMacros(tx, await projectOf(tx, params.uid), (macros) => removeMacros(macros, names)),
    )
  },
})
