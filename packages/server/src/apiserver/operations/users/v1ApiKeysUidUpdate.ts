import { defineOperation } from '../../operation.ts'
import { getKey, parseExpiry, parseKeyMeta } from './api-keys.ts'

export const v1ApiKeysUidUpdate = defineOperation('v1ApiKeysUidUpdate', {
  scope: 'self',
  permission: null,
  async handler({ subject, params, body }, context) {
    const key = await getKey(context, subject, params.uid, 'apiKey.update')
    await context.identity.updateApiKey(subject, params.uid, {
      ...parseKeyMeta({ ...body.metadata, name: body.metadata?.name || key.name }),
      ...(body.spec?.expiry === undefined ? {} : { expiresAt: parseExpiry(body.spec.expiry) }),
    })
  },
})
