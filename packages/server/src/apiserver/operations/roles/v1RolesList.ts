import { builtInRoles } from '@atrium/api/permissions/roles.ts'
import { defineOperation } from '../../operation.ts'
import { listMeta, pageOfViews } from '../../shapes/lists.ts'
import { viewBuiltInRole, viewRole } from './views.ts'

/** All roles unless a limit is asked for: clients never continue this list. */
export const v1RolesList = defineOperation('v1RolesList', {
  scope: 'tenant',
  permission: 'role.list',
  async handler({ subject, query }, context) {
    const { items: own } = await context.admission.run(subject, (tx) => tx.list('Role', { limit: 0 }))
    const views = [...builtInRoles.map(viewBuiltInRole), ...own.map(viewRole)]
    const page = pageOfViews(views, query, 0)
    return { items: page.items, listmeta: listMeta(page) }
  },
})
