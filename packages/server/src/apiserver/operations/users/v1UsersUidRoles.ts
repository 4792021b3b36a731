import { defineOperation } from '../../operation.ts'
import { getUser } from './load.ts'
import { viewRoles } from './views.ts'

export const v1UsersUidRoles = defineOperation('v1UsersUidRoles', {
  scope: 'tenant',
  permission: 'user.get',
  async handler({ subject, params }, context) {
    const { uid } = await getUser(context, subject, params.uid)
    const bindings = await context.identity.roleBindings(subject.tenant, uid)
    const uids = bindings.filter(({ project }) => project === null).map(({ roleUid }) => roleUid)
    return { roles: viewRoles(uids, await context.identity.roles(subject.tenant)), inheritedRoles: [] }
  },
})
