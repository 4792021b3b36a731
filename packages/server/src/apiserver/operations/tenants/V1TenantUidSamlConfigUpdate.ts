import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Subject } from '../../../auth/rights/subject.ts'
import { longNameIdFormat, samlProvider, xmlOf } from '../../../auth/sso/settings.ts'
import type { ServerContext } from '../../../context.ts'
import { invalid } from '../../invalid.ts'
import { defineOperation } from '../../operation.ts'
import { getManagedTeams } from '../teams/load.ts'
import { newSamlKey } from './saml-keys.ts'
import { mustBeOwnTenant } from './setting.ts'
import { mustDecideSignIn, putSsoConfig, readSsoConfig, ssoOrigin } from './sso-config.ts'

/** The first time makes the tenant's key. Sessions of another provider end. */
export const V1TenantUidSamlConfigUpdate = defineOperation('V1TenantUidSamlConfigUpdate', {
  scope: 'tenant',
  permission: 'tenant.update',
  async handler({ subject, params, body, keptOf, header }, context) {
    mustBeOwnTenant(subject, params.tenantUid)
    const document = keptOf('v1TenantSamlRequestSpec', body)
    const isEnabled = document.isSsoEnabled === true
    if (isEnabled) mustDecideSignIn(subject)
    const entityId = isEnabled ? await entityIdOf(document.federationMetadata ?? '') : ''
    await getManagedTeams(context, subject, document.defaultTeams ?? [], 'defaultTeams')
    const origin = ssoOrigin(context, header('host'))
    const key = await missingKey(context, subject)
    await context.admission.run(subject, (tx) =>
      putSsoConfig(tx, { protocol: 'saml', isEnabled, document: { ...document }, origin }, { key }),
    )
    const provider = isEnabled ? samlProvider(entityId, longNameIdFormat(document.nameIdFormat)) : null
    await context.sso.endOthers(subject, 'saml', provider)
  },
})

/** A new key for a tenant that has none; null = it has one. */
async function missingKey(context: ServerContext, subject: Subject) {
  if ((await readSsoConfig(context, subject, 'saml'))?.spec.certificate !== undefined) return null
  return newSamlKey(context)
}

async function entityIdOf(metadata: string): Promise<string> {
  if (metadata === '') throw invalid('federationMetadata', 'is missing. Sign-in by SAML needs it')
  const { readMetadata } = await import('../../../auth/sso/saml-metadata.ts')
  const { entityId } = await readMetadata(xmlOf(metadata)).catch((cause: unknown) => {
    throw invalid('federationMetadata', messageOf(cause))
  })
  return entityId
}
