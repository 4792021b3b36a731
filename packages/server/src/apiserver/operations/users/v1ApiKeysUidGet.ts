import { defineOperation } from '../../operation.ts'
import { getKey, viewApiKey } from './api-keys.ts'

export const v1ApiKeysUidGet = defineOperation('v1ApiKeysUidGet', {
  scope: 'self',
  permission: null,
  async handler({ subject, params }, context) {
    const key = await getKey(context, subject, params.uid, 'apiKey.get')
    const user = await context.identity.getUser(subject.tenant, key.userUid)
    return viewApiKey(key, user ?? undefined)
  },
})
