import { defineOperation } from '../../operation.ts'
import { readMacros, viewMacros } from '../macros/macro-set.ts'

/** What profiles of the project can name: its macros over the tenant's. */
export const v1MacrosList = defineOperation('v1MacrosList', {
  scope: 'project',
  permission: 'macro.get',
  handler: ({ subject, project }, context) =>
    context.admission.run(subject, async (tx) => {
      const tenant = await readMacros(tx, null)
      return viewMacros(project === null ? tenant : { ...tenant, ...(await readMacros(tx, project)) })
    }),
})
