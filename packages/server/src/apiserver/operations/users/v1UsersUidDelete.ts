import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { defineOperation } from '../../operation.ts'
import { getManagedUser } from './load.ts'

export const v1UsersUidDelete = defineOperation('v1UsersUidDelete', {
  scope: 'tenant',
  permission: 'user.delete',
  async handler({ subject, params }, context) {
    await getManagedUser(context, subject, params.uid)
    if (params.uid === subject.userUid) {
      throw new AtriumError('InvalidState', 'You cannot delete yourself. Ask another administrator.')
    }
    await context.identity.deleteUser(subject, params.uid)
  },
})
