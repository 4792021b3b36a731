import { linkedUsersName } from '../../../auth/sso/linked-users.ts'
import { defineOperation } from '../../operation.ts'
import { mustBeOwnTenant } from './setting.ts'
import { mustDecideSignIn } from './sso-config.ts'

/** Whether users who are linked to the identity provider may sign in with a password beside it. */
export const atriumTenantsLinkedUsersUpdate = defineOperation('atriumTenantsLinkedUsersUpdate', {
  scope: 'tenant',
  permission: 'tenant.update',
  async handler({ subject, params, body }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    mustDecideSignIn(subject)
    await context.identity.putSetting(subject, linkedUsersName, body)
  },
})
