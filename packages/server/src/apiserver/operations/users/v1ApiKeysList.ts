import { can } from '../../../auth/rights/subject.ts'
import { defineOperation } from '../../operation.ts'
import { viewApiKey } from './api-keys.ts'

/** All keys of the tenant for who may list them, else one's own. */
export const v1ApiKeysList = defineOperation('v1ApiKeysList', {
  scope: 'self',
  permission: null,
  async handler({ subject }, context) {
    const owner = can(subject, 'apiKey.list', null) ? undefined : subject.userUid
    const keys = await context.identity.listApiKeys(subject.tenant, owner)
    const users = await context.identity.listUsers(subject.tenant)
    return {
      items: keys.map((key) =>
        viewApiKey(
          key,
          users.find(({ uid }) => uid === key.userUid),
        ),
      ),
    }
  },
})
