import { samlKeyFields } from '../../../auth/sso/settings.ts'
import { defineOperation } from '../../operation.ts'
import { lockKeyed, noSuchKey, viewSamlKeys } from './saml-keys.ts'
import { mustBeOwnTenant } from './setting.ts'
import { mustDecideSignIn } from './sso-config.ts'

/** The next key signs from now on. The one that did opens what is encrypted for it until it is deleted; one from before that is gone. */
export const atriumTenantsSamlKeysActivate = defineOperation('atriumTenantsSamlKeysActivate', {
  scope: 'tenant',
  permission: 'tenant.update',
  async handler({ subject, params }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    mustDecideSignIn(subject)
    return context.admission.run(subject, async (tx) => {
      const { meta, spec } = await lockKeyed(tx)
      const ref = { kind: 'SsoConfig', uid: meta.uid }
      const { current, next, former } = samlKeyFields
      const [signing, following] = await Promise.all([
        tx.getSecret(ref, current.secret),
        tx.getSecret(ref, next.secret),
      ])
      const { certificate, nextCertificate, ...rest } = spec
      if (signing === null || following === null || certificate === undefined || nextCertificate === undefined) {
        throw noSuchKey('next')
      }
      const changed = { ...rest, certificate: nextCertificate, formerCertificate: certificate }
      await tx.update('SsoConfig', meta.uid, { spec: changed })
      await tx.putSecret(ref, former.secret, signing)
      await tx.putSecret(ref, current.secret, following)
      await tx.removeSecret(ref, next.secret)
      return viewSamlKeys(changed, context.clock)
    })
  },
})
