import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import { type Profile, SAML, type SamlConfig, SamlStatusError, ValidateInResponseTo } from '@node-saml/node-saml'
import type { SsoOrigin } from '../../store/identity/sso.ts'
import { foldEmail } from '../users.ts'
import { flowMs, type SsoFlow } from './flow.ts'
import { personOf, type SsoPerson } from './person.ts'
import { answerRefused, SsoRefusal } from './refusal.ts'
import { mustBeFor } from './saml-assertion.ts'
import { checkMessage } from './saml-message.ts'
import { readMetadata, type SamlProvider } from './saml-metadata.ts'
import { persistentName, type SamlSettings, samlProvider, samlUrls } from './settings.ts'

/** How far the clocks of provider and server may differ. */
const skewMs = 60_000

/** The provider as its metadata says. */
export const providerOf = ({ metadata }: SamlSettings): Promise<SamlProvider> =>
  readMetadata(metadata).catch((cause: unknown) => {
    const admins = `the metadata ${messageOf(cause)}`
    throw new SsoRefusal('notEnabled', 'Sign-in by SAML is not set up rightly here. Tell an administrator.', {
      ...{ cause, admins },
    })
  })

/** The library as it is used for one message. `requestId`: whose answer is waited for. */
export function samlOf(
  settings: SamlSettings,
  { entityId, signInUrl, logoutUrl, certificates }: SamlProvider,
  clock: Clock,
  requestId: string | null,
  more: Partial<SamlConfig> = {},
): SAML {
  const urls = samlUrls(settings.origin, settings.tenant.name)
  return new SAML({
    ...{ issuer: urls.entityId, audience: urls.entityId, callbackUrl: urls.acs, logoutCallbackUrl: urls.logout },
    ...{ entryPoint: signInUrl, logoutUrl: logoutUrl ?? '', idpIssuer: entityId, idpCert: certificates },
    ...{ identifierFormat: settings.nameIdFormat, disableRequestedAuthnContext: true },
    // Providers sign the assertion, the whole answer, or both: one must be, and what is not signed is never read.
    ...{ wantAssertionsSigned: false, wantAuthnResponseSigned: false },
    ...signedBy(settings.keys[0]),
    ...{ acceptedClockSkewMs: skewMs, requestIdExpirationPeriodMs: flowMs },
    validateInResponseTo: requestId === null ? ValidateInResponseTo.never : ValidateInResponseTo.always,
    ...(requestId === null ? {} : { generateUniqueId: () => requestId }),
    // Which request is open, the browser's own cookie says.
    cacheProvider: {
      saveAsync: async () => null,
      getAsync: async (key) => (key === requestId ? isoNow(clock) : null),
      removeAsync: async () => null,
    },
    ...more,
  })
}

const signedBy = (key: Secret<string> | undefined): Partial<SamlConfig> =>
  key ? { privateKey: key.reveal(), signatureAlgorithm: 'sha256' } : {}

/** The library knows one key: that of `checkMessage`, which opens what is read. */
export const openedBy = (key: Secret<string> | null): Partial<SamlConfig> =>
  key ? { decryptionPvk: key.reveal() } : {}

const requestIdOf = (flow: SsoFlow): string => `_${flow.derive('saml')}`

/** Where the browser goes to sign in. */
export const beginSaml = async (settings: SamlSettings, clock: Clock, flow: SsoFlow): Promise<string> =>
  samlOf(settings, await providerOf(settings), clock, requestIdOf(flow)).getAuthorizeUrlAsync(flow.state, undefined, {})

/** Who came back, with this answer of the provider. */
export async function finishSaml(
  settings: SamlSettings,
  clock: Clock,
  flow: SsoFlow,
  samlResponse: string,
): Promise<{ person: SsoPerson; origin: SsoOrigin }> {
  const provider = await providerOf(settings)
  const { entityId } = provider
  const opener = await checkMessage(samlResponse, settings.keys)
  const requestId = requestIdOf(flow)
  const { profile } = await samlOf(settings, provider, clock, requestId, openedBy(opener))
    .validatePostResponseAsync({ SAMLResponse: samlResponse })
    .catch(refuse)
  if (!profile) throw answerRefused('the answer holds no assertion')
  const { acs } = samlUrls(settings.origin, settings.tenant.name)
  mustBeFor(profile, { entityId, acs, requestId, nowMs: clock.now(), skewMs })
  return identityOf(settings, entityId, profile)
}

function identityOf(settings: SamlSettings, entityId: string, profile: Profile) {
  const attributes = (profile['attributes'] ?? {}) as Record<string, unknown>
  const told = personOf(attributes, settings.claims)
  const email = told.email || (profile.nameID.includes('@') ? foldEmail(profile.nameID) : '')
  const provider = samlProvider(entityId, settings.nameIdFormat)
  const isLasting = settings.nameIdFormat === persistentName
  if (isLasting && profile.nameIDFormat !== persistentName) {
    throw answerRefused(
      `the name is of format '${profile.nameIDFormat}' instead of the persistent one that was asked for`,
    )
  }
  const subject = isLasting ? profile.nameID : email
  const person: SsoPerson = { ...told, email, provider, subject }
  const { nameID, nameIDFormat, sessionIndex } = profile
  return {
    person,
    origin: {
      provider,
      subject,
      nameId: nameID,
      nameIdFormat: nameIDFormat,
      ...(sessionIndex && { index: sessionIndex }),
    },
  }
}

/** What the library found, as it is told to the person and to administrators. */
export function refuse(cause: unknown): never {
  if (cause instanceof SamlStatusError) {
    throw new SsoRefusal('providerRefused', 'Your identity provider did not let you sign in.', {
      ...{ cause, admins: cause.message.slice(0, 300) },
    })
  }
  throw answerRefused(messageOf(cause).slice(0, 300), { cause })
}
