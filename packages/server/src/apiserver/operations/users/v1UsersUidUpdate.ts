import { defineOperation } from '../../operation.ts'
import { getManagedUser } from './load.ts'

export const v1UsersUidUpdate = defineOperation('v1UsersUidUpdate', {
  scope: 'tenant',
  permission: 'user.update',
  async handler({ subject, params, body }, context) {
    await getManagedUser(context, subject, params.uid)
    const { emailId, firstName, lastName } = body.spec ?? {}
    await context.identity.updateUser(subject, params.uid, {
      ...(emailId ? { email: emailId } : {}),
      ...(firstName === undefined ? {} : { firstName }),
      ...(lastName === undefined ? {} : { lastName }),
    })
  },
})
