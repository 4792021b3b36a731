import { defineOperation } from '../../operation.ts'
import { getUser } from './load.ts'
import { parseProjectRoles, setProjectRoles } from './project-roles.ts'

/** Projects the list does not mention stay as they are; an empty list of roles takes a project away. */
export const v1UsersProjectRolesPut = defineOperation('v1UsersProjectRolesPut', {
  scope: 'tenant',
  permission: 'user.update',
  async handler({ subject, params, body }, context) {
    const { uid } = await getUser(context, subject, params.uid)
    await setProjectRoles(context, subject, uid, parseProjectRoles(body))
  },
})
