import { defineOperation } from '../../operation.ts'
import { getUser } from './load.ts'
import { viewUser } from './views.ts'

export const v1UsersUidGet = defineOperation('v1UsersUidGet', {
  scope: 'tenant',
  permission: 'user.get',
  async handler({ subject, params }, context) {
    const user = await getUser(context, subject, params.uid)
    return viewUser(user, await context.identity.roleBindings(subject.tenant, user.uid))
  },
})
