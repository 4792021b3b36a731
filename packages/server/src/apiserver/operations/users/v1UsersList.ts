import { defineOperation } from '../../operation.ts'
import { listMeta, pageOfViews } from '../../shapes/lists.ts'
import { viewUser } from './views.ts'

export const v1UsersList = defineOperation('v1UsersList', {
  scope: 'tenant',
  permission: 'user.list',
  async handler({ subject, query }, context) {
    const users = await context.identity.listUsers(subject.tenant)
    const bindings = await context.identity.allRoleBindings(subject.tenant)
    const views = users.map((user) => viewUser(user, bindings.get(user.uid) ?? []))
    const page = pageOfViews(views, query)
    return { items: page.items, listmeta: listMeta(page) }
  },
})
