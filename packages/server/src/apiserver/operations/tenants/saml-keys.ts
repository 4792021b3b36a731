import { X509Certificate } from 'node:crypto'
import type { AtriumSamlKey } from '@atrium/api/generated/operations.d.ts'
import type { SsoConfigSpec } from '@atrium/api/kinds/sso-config.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { certificateFingerprint } from '@atrium/runtime/pki/keys.ts'
import { type Authority, createSelfSigned } from '@atrium/runtime/pki/pki.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { type SamlKeyUse, samlKeyFields, samlKeyUses } from '../../../auth/sso/settings.ts'
import type { ServerContext } from '../../../context.ts'
import { lockSsoConfig } from './sso-config.ts'

const dayMs = 86_400_000
/** Providers are told the certificate by hand, and do not ask for a new one. */
const certificateMs = 10 * 365 * dayMs
/** As long before the end of a certificate, people are told: at many providers two sides have to find a day. */
const warnedMs = 90 * dayMs

export const newSamlKey = ({ clock, random }: Pick<ServerContext, 'clock' | 'random'>): Promise<Authority> =>
  createSelfSigned({ clock, random, commonName: 'Atrium single sign-on', validityMs: certificateMs })

export const viewSamlKeys = (spec: SsoConfigSpec | undefined, clock: Clock): { items: AtriumSamlKey[] } => ({
  items: samlKeyUses.flatMap((use) => {
    const certificate = spec?.[samlKeyFields[use].certificate]
    return certificate === undefined ? [] : [viewSamlKey(use, certificate, clock, spec?.nextCertificate !== undefined)]
  }),
})

function viewSamlKey(use: SamlKeyUse, certificate: string, clock: Clock, hasNext: boolean): AtriumSamlKey {
  const { validFromDate, validToDate } = new X509Certificate(certificate)
  const messages = {
    current: hasNext ? 'Signs until the next one is activated.' : tellEnd(validToDate, clock.now()),
    next: 'Give your identity provider the service provider metadata, which names both certificates, and activate this key then.',
    former: 'Opens what is still encrypted for it. Delete it once your identity provider has the current certificate.',
  }
  return {
    ...{ use, certificate, fingerprint: certificateFingerprint(certificate) },
    ...{ notBefore: validFromDate.toISOString(), notAfter: validToDate.toISOString(), message: messages[use] },
  }
}

function tellEnd(end: Date, now: number): string {
  const leftMs = end.getTime() - now
  if (leftMs > warnedMs) return 'Signs.'
  const day = end.toISOString().slice(0, 10)
  const when = leftMs < 0 ? `ended on ${day}` : `ends on ${day}, in ${Math.floor(leftMs / dayMs)} days`
  return `Warning: the certificate ${when}; identity providers that look at it let nobody in after that. Make the next key now.`
}

/** The tenant's configuration of SAML with its key, held until the transaction ends. Throws `InvalidState` where there is none. */
export const lockKeyed = async (tx: Tx): Promise<StoredObject<'SsoConfig'>> => keyed(await lockSsoConfig(tx, 'saml'))

/** Throws `InvalidState` for a configuration without a key, or with a next one. */
export function mustTakeNext(config: StoredObject<'SsoConfig'> | null): void {
  if (keyed(config).spec.nextCertificate === undefined) return
  throw new AtriumError('InvalidState', 'There is a next key already. Activate it, or delete it first.')
}

function keyed(config: StoredObject<'SsoConfig'> | null): StoredObject<'SsoConfig'> {
  if (config?.spec.certificate !== undefined) return config
  throw new AtriumError(
    'InvalidState',
    'There is no key yet. The first one is made when the settings of SAML are saved, switched off or on.',
  )
}

export const noSuchKey = (use: SamlKeyUse): AtriumError =>
  new AtriumError('ResourceNotFound', `There is no ${use} key.`)
