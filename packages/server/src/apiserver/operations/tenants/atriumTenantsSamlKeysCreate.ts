import { Secret } from '@atrium/runtime/base/secret.ts'
import { samlKeyFields } from '../../../auth/sso/settings.ts'
import { defineOperation } from '../../operation.ts'
import { lockKeyed, mustTakeNext, newSamlKey, viewSamlKeys } from './saml-keys.ts'
import { mustBeOwnTenant } from './setting.ts'
import { mustDecideSignIn, readSsoConfig } from './sso-config.ts'

/** Makes the next key: from now on the metadata names it, and it opens what is encrypted for it. The current one signs on. */
export const atriumTenantsSamlKeysCreate = defineOperation('atriumTenantsSamlKeysCreate', {
  scope: 'tenant',
  permission: 'tenant.update',
  async handler({ subject, params }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    mustDecideSignIn(subject)
    mustTakeNext(await readSsoConfig(context, subject, 'saml'))
    const key = await newSamlKey(context)
    return context.admission.run(subject, async (tx) => {
      const config = await lockKeyed(tx)
      mustTakeNext(config)
      const { meta, spec } = config
      const next = { ...spec, nextCertificate: key.certificatePem }
      await tx.update('SsoConfig', meta.uid, { spec: next })
      await tx.putSecret({ kind: 'SsoConfig', uid: meta.uid }, samlKeyFields.next.secret, new Secret(key.privateKeyPem))
      return viewSamlKeys(next, context.clock)
    })
  },
})
