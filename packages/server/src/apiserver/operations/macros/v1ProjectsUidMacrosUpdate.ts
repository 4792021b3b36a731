import { defineOperation } from '../../operation.ts'
import { limitOf } from '../tenants/resource-limits.ts'
import { changeMacros, parseMacros } from './macro-set.ts'
import { projectOf } from './scope.ts'

/** Replaces the whole set. */
export const v1ProjectsUidMacrosUpdate = defineOperation('v1ProjectsUidMacrosUpdate', {
  scope: 'object',
  permission: 'macro.update',
  async handler({ subject, params, body }, context) {
    const wanted = parseMacros(body)
    const most = await limitOf(context, subject, 'macro')
    return context.admission.run(subject, async (tx) =>
      changeMacros(tx, await projectOf(tx, params.uid), () => wanted, most),
    )
  },
})
