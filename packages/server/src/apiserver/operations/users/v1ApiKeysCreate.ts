import { forbidden } from '../../../admission/authorize.ts'
import { can } from '../../../auth/rights/subject.ts'
import { defineOperation } from '../../operation.ts'
import { checkLimit } from '../tenants/resource-limits.ts'
import { parseExpiry, parseKeyMeta } from './api-keys.ts'
import { getManagedUser } from './load.ts'

export const v1ApiKeysCreate = defineOperation('v1ApiKeysCreate', {
  scope: 'self',
  permission: null,
  async handler({ subject, body }, context) {
    const { userUid: asked, expiry } = body.spec ?? {}
    // The Go client puts the tenant's uid here.
    const userUid = !asked || asked === subject.tenant ? subject.userUid : asked
    if (userUid !== subject.userUid) {
      if (!can(subject, 'apiKey.create', null)) throw forbidden('apiKey.create')
      await getManagedUser(context, subject, userUid)
    }
    const present = await context.identity.listApiKeys(subject.tenant, userUid)
    await checkLimit(context, subject, 'apiKey', present.length + 1, 'each user')
    const { key, secret } = await context.identity.createApiKey(subject, {
      ...parseKeyMeta(body.metadata),
      userUid,
      expiresAt: parseExpiry(expiry),
    })
    return { uid: key.uid, apiKey: secret.reveal() }
  },
})
