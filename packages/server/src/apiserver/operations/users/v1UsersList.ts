import { defineOperation } from '../../operation.ts'
import { listMeta, pageOfViews } from '../../shapes/lists.ts'
import { ofTenant, viewUser } from './views.ts'

export const v1UsersList = defineOperation('v1UsersList', {
  scope: 'tenant',
  permission: 'user.list',
  async handler({ subject, query }, { identity }) {
    const users = await identity.listUsers(subject.tenant)
    const bindingsOf = (uids: string[]) => identity.roleBindingsOf(subject.tenant, uids)
    // Roles of those who are shown, unless it depends on them who that is.
    const isByRoles = `${query.filters ?? ''} ${query.orderBy ?? ''}`.includes('spec.roles')
    const all = isByRoles ? await bindingsOf(users.map(({ uid }) => uid)) : new Map()
    const page = pageOfViews(
      users.map((user) => viewUser(user, all.get(user.uid) ?? [])),
      query,
    )
    const shown = await bindingsOf(page.items.map(({ metadata }) => metadata?.uid ?? ''))
    const items = page.items.map((view) => ({
      ...view,
      spec: { ...view.spec, roles: ofTenant(shown.get(view.metadata?.uid ?? '') ?? []) },
    }))
    return { items, listmeta: listMeta(page) }
  },
})
