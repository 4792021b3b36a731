import { samlKeyFields } from '../../../auth/sso/settings.ts'
import { defineOperation } from '../../operation.ts'
import { lockKeyed, noSuchKey } from './saml-keys.ts'
import { mustBeOwnTenant } from './setting.ts'
import { mustDecideSignIn } from './sso-config.ts'

/** Forgets the next key, which then never signs, or the former one, which then opens nothing any more. */
export const atriumTenantsSamlKeysDelete = defineOperation('atriumTenantsSamlKeysDelete', {
  scope: 'tenant',
  permission: 'tenant.update',
  async handler({ subject, params }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    mustDecideSignIn(subject)
    const { use } = params
    const { certificate, secret } = samlKeyFields[use]
    await context.admission.run(subject, async (tx) => {
      const { meta, spec } = await lockKeyed(tx)
      const { [certificate]: gone, ...rest } = spec
      if (gone === undefined) throw noSuchKey(use)
      await tx.update('SsoConfig', meta.uid, { spec: rest })
      await tx.removeSecret({ kind: 'SsoConfig', uid: meta.uid }, secret)
    })
  },
})
