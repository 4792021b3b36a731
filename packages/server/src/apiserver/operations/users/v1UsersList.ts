import { defineOperation } from '../../operation.ts'
import { parseFilters } from '../../shapes/filters.ts'
import { listMeta, pageOfArray } from '../../shapes/lists.ts'
import { orderViews } from '../../shapes/order.ts'
import { viewUser } from './views.ts'

export const v1UsersList = defineOperation('v1UsersList', {
  scope: 'tenant',
  permission: 'user.list',
  async handler({ subject, query }, context) {
    const users = await context.identity.listUsers(subject.tenant)
    const bindings = await context.identity.allRoleBindings(subject.tenant)
    const views = users.map((user) => viewUser(user, bindings.get(user.uid) ?? []))
    const page = pageOfArray(orderViews(views.filter(parseFilters(query.filters)), query.orderBy), query)
    return { items: page.items, listmeta: listMeta(page, query) }
  },
})
