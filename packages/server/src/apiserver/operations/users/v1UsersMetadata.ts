import { defineOperation } from '../../operation.ts'

export const v1UsersMetadata = defineOperation('v1UsersMetadata', {
  scope: 'tenant',
  permission: 'user.list',
  async handler({ subject }, context) {
    const users = await context.identity.listUsers(subject.tenant)
    return {
      items: users.map(({ uid, email, firstName, lastName }) => ({
        uid,
        emailId: email,
        name: `${firstName} ${lastName}`.trim() || email,
      })),
    }
  },
})
