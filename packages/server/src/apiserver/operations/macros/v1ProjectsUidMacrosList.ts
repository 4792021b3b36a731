import { defineOperation } from '../../operation.ts'
import { readMacros, viewMacros } from './macro-set.ts'
import { projectOf } from './scope.ts'

export const v1ProjectsUidMacrosList = defineOperation('v1ProjectsUidMacrosList', {
  scope: 'object',
  permission: 'macro.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => viewMacros(await readMacros(tx, await projectOf(tx, params.uid)))),
})
