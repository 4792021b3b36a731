import { defineOperation } from '../../operation.ts'
import { getKey } from './api-keys.ts'

export const v1ApiKeysUidState = defineOperation('v1ApiKeysUidState', {
  scope: 'self',
  permission: null,
  async handler({ subject, params, body }, context) {
    await getKey(context, subject, params.uid, 'apiKey.update')
    await context.identity.updateApiKey(subject, params.uid, { isActive: body.isActive ?? false })
  },
})
