import type { SsoConfigSpec } from '@atrium/api/kinds/sso-config.ts'
import { builtInRoleNamed } from '@atrium/api/permissions/roles.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Authority } from '@atrium/runtime/pki/pki.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { mustHoldRole } from '../../../auth/rights/escalation.ts'
import type { Subject } from '../../../auth/rights/subject.ts'
import { samlKeyFields } from '../../../auth/sso/settings.ts'
import { derivedUid } from '../../../content/tenant.ts'
import type { ServerContext } from '../../../context.ts'
import { invalid } from '../../invalid.ts'
import { maskedValue } from '../../shapes/masked.ts'

type Protocol = SsoConfigSpec['protocol']
const secretField = 'clientSecret'

/** One for each protocol: its uid follows from it, so two writers never make two. */
const uidOf = (tenant: string, protocol: Protocol): string => derivedUid('sso', tenant, protocol)
const refOf = (uid: string) => ({ kind: 'SsoConfig', uid })

/** As it was sent, without secrets; null for a tenant that never set it, and for callers who may not know. */
export const readSsoConfig = (
  { admission }: ServerContext,
  subject: Subject,
  protocol: Protocol,
): Promise<StoredObject<'SsoConfig'> | null> =>
  admission.run(subject, (tx) => tx.get('SsoConfig', uidOf(subject.tenant, protocol)))

/**
 * Replaces the configuration. `secret`: null = there is none; the mask means that the stored one stays. `key`: for a configuration
 * that has none; one that it has stays, for the provider holds its certificate.
 */
export async function putSsoConfig(
  tx: Tx,
  sent: SsoConfigSpec,
  { secret = null, key = null }: { secret?: string | null; key?: Authority | null } = {},
): Promise<void> {
  const uid = uidOf(tx.tenant, sent.protocol)
  const existing = await tx.getForUpdate('SsoConfig', uid)
  const { certificate = key?.certificatePem, nextCertificate, formerCertificate } = existing?.spec ?? {}
  const spec = {
    ...sent,
    ...(certificate !== undefined && { certificate }),
    ...(nextCertificate !== undefined && { nextCertificate }),
    ...(formerCertificate !== undefined && { formerCertificate }),
  }
  if (existing) await tx.update('SsoConfig', uid, { spec })
  else await tx.create({ kind: 'SsoConfig', uid, project: null, name: spec.protocol, spec })
  if (key && certificate === key.certificatePem)
    await tx.putSecret(refOf(uid), samlKeyFields.current.secret, new Secret(key.privateKeyPem))
  if (secret === maskedValue) return
  if (secret) await tx.putSecret(refOf(uid), secretField, new Secret(secret))
  else await tx.removeSecret(refOf(uid), secretField)
}

/** The configuration held until the transaction ends; null for a tenant that never set it. */
export const lockSsoConfig = (tx: Tx, protocol: Protocol): Promise<StoredObject<'SsoConfig'> | null> =>
  tx.getForUpdate('SsoConfig', uidOf(tx.tenant, protocol))

/** Whoever says who is who could say of themselves that they are anybody: only those decide it who may do everything here. */
export const mustDecideSignIn = (subject: Subject): void =>
  mustHoldRole(subject, builtInRoleNamed('Tenant Admin'), null)

const hostForm = /^[\w.-]+(?::\d{1,5})?$|^\[[\da-f:.]+\](?::\d{1,5})?$/i

/**
 * With what an identity provider is told this server begins: the operator's address, else that at which the settings were made, else
 * that of this request. Never that of whoever signs in: they choose what their request says.
 */
export function ssoOrigin({ publicUrl }: ServerContext, host = 'localhost', stored?: SsoConfigSpec): string {
  if (publicUrl !== null) return publicUrl
  if (stored?.origin) return stored.origin
  if (!hostForm.test(host)) throw invalid('Host', 'is no name and port of this server')
  return `https://${host}`
}
