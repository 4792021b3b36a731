import { defineOperation } from '../../operation.ts'
import { getKey } from './api-keys.ts'

export const v1ApiKeysUidDelete = defineOperation('v1ApiKeysUidDelete', {
  scope: 'self',
  permission: null,
  async handler({ subject, params }, context) {
    await getKey(context, subject, params.uid, 'apiKey.delete')
    await context.identity.deleteApiKey(subject, params.uid)
  },
})
