import { defineOperation } from '../../operation.ts'
import { getManagedTeams } from '../teams/load.ts'
import { checkLimit } from '../tenants/resource-limits.ts'
import { checkRoles } from './load.ts'

export const v1UsersCreate = defineOperation('v1UsersCreate', {
  scope: 'tenant',
  permission: 'user.create',
  async handler({ subject, body }, context) {
    const { emailId = '', firstName = '', lastName = '', roles, teams: teamUids } = body.spec ?? {}
    await checkRoles(context, subject, roles ?? [], null)
    const teams = await getManagedTeams(context, subject, teamUids ?? [])
    await checkLimit(context, subject, 'user', (await context.identity.countUsers(subject.tenant)) + 1)
    const isInvited = (await context.identity.mails.settings()) !== null
    const user = await context.identity.createUser(subject, { email: emailId, firstName, lastName, teams, isInvited })
    if (roles?.length) {
      await context.identity.setRoleBindings(subject, user.uid, [{ project: null, roleUids: roles }])
    }
    return { uid: user.uid }
  },
})
