import type { v1User } from '@atrium/api/generated/operations.d.ts'
import type { User } from '../../../auth/identity.ts'
import { defineOperation } from '../../operation.ts'
import { listMeta, pageOfRows, pageOfViews } from '../../shapes/lists.ts'
import { viewUser } from './views.ts'

export const v1UsersList = defineOperation('v1UsersList', {
  scope: 'tenant',
  permission: 'user.list',
  async handler({ subject: { tenant }, query }, { identity }) {
    const view = async (users: User[]): Promise<v1User[]> => {
      const uids = users.map(({ uid }) => uid)
      const bindings = await identity.roleBindingsOf(tenant, uids)
      return users.map((user) => viewUser(user, bindings.get(user.uid) ?? []))
    }
    // What is looked for stands in views, of which there are thousands: a page in the usual order needs only its own.
    if (query.filters || query.orderBy) {
      const page = pageOfViews(await view(await identity.listUsers(tenant)), query)
      return { items: page.items, listmeta: listMeta(page) }
    }
    const read = (limit: number | null, offset: number) => identity.listUsers(tenant, { limit, offset })
    const page = await pageOfRows(query, read, () => identity.countUsers(tenant))
    return { items: await view(page.items), listmeta: listMeta(page) }
  },
})
