import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { type Profile, SAML, type SamlConfig, SamlStatusError, ValidateInResponseTo } from '@node-saml/node-saml'
import type { SsoOrigin } from '../../store/identity/sso.ts'
import { flowMs, type SsoFlow } from './flow.ts'
import { personOf, type SsoPerson } from './person.ts'
import { answerNotValid, SsoRefusal } from './refusal.ts'
import { mustBeFor } from './saml-assertion.ts'
import { declaresTypes, readMetadata, type SamlProvider } from './saml-metadata.ts'
import { persistentName, type SamlSettings, samlProvider, samlUrls } from './settings.ts'

/** How far the clocks of provider and server may differ. */
const skewMs = 60_000

const providerOf = ({ metadata }: SamlSettings): Promise<SamlProvider> =>
  readMetadata(metadata).catch((cause: unknown) => {
    const admins = `the metadata ${messageOf(cause)}`
    throw new SsoRefusal('notEnabled', 'Sign-in by SAML is not set up rightly here. Tell an administrator.', {
      ...{ cause, admins },
    })
  })

/** The library as it is used for one message. `requestId`: whose answer is waited for. */
function samlOf(
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
  checkText(samlResponse)
  const requestId = requestIdOf(flow)
  const { profile } = await samlOf(settings, provider, clock, requestId)
    .validatePostResponseAsync({ SAMLResponse: samlResponse })
    .catch(refuse)
  if (!profile) throw new SsoRefusal('answerNotValid', answerNotValid, { admins: 'the answer holds no assertion' })
  const { acs } = samlUrls(settings.origin, settings.tenant.name)
  mustBeFor(profile, { entityId, acs, requestId, nowMs: clock.now(), skewMs })
  return identityOf(settings, entityId, profile)
}

function identityOf(settings: SamlSettings, entityId: string, profile: Profile) {
  const attributes = (profile['attributes'] ?? {}) as Record<string, unknown>
  const told = personOf(attributes, settings.claims)
  const email = told.email || (profile.nameID.includes('@') ? profile.nameID.trim().toLowerCase() : '')
  const provider = samlProvider(entityId, settings.nameIdFormat)
  const isLasting = settings.nameIdFormat === persistentName
  if (isLasting && profile.nameIDFormat !== persistentName) {
    throw new SsoRefusal('answerNotValid', answerNotValid, {
      admins: `the name is of format '${profile.nameIDFormat}' instead of the persistent one that was asked for`,
    })
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

/** Where the browser goes to end the provider's own session too; '' where it offers none. */
export async function endSaml(settings: SamlSettings, clock: Clock, origin: SsoOrigin): Promise<string> {
  const provider = await providerOf(settings)
  const { entityId, logoutUrl } = provider
  if (!settings.isSingleLogoutEnabled || logoutUrl === null || !origin.nameId) return ''
  const { nameId: nameID, nameIdFormat: nameIDFormat = '', index } = origin
  const profile: Profile = {
    issuer: entityId,
    nameID,
    nameIDFormat,
    ...(index === undefined ? {} : { sessionIndex: index }),
  }
  return samlOf(settings, provider, clock, null).getLogoutUrlAsync(profile, '', {})
}

/** The provider ends a session of its own: whose, and where the browser goes with the answer. */
export async function readLogoutRequest(
  settings: SamlSettings,
  clock: Clock,
  samlRequest: string,
  relayState: string,
): Promise<{ entityId: string; nameId: string; index: string | null; answerUrl: string }> {
  const provider = await providerOf(settings)
  const { logoutUrl, entityId } = provider
  checkText(samlRequest)
  const saml = samlOf(settings, provider, clock, null)
  const { profile } = await saml.validatePostRequestAsync({ SAMLRequest: samlRequest }).catch(refuse)
  if (profile.issuer !== entityId) throw new SsoRefusal('answerNotValid', answerNotValid, { admins: 'another issuer' })
  const answerUrl = logoutUrl === null ? '' : await saml.getLogoutResponseUrlAsync(profile, relayState, {}, true)
  return { entityId, nameId: profile.nameID, index: profile.sessionIndex ?? null, answerUrl }
}

/** The provider says that it ended the session it was asked to end. */
export async function checkLogoutResponse(settings: SamlSettings, clock: Clock, samlResponse: string): Promise<void> {
  checkText(samlResponse)
  await samlOf(settings, await providerOf(settings), clock, null, { wantAuthnResponseSigned: true })
    .validatePostResponseAsync({ SAMLResponse: samlResponse })
    .catch(refuse)
}

const weakSignature = /xmldsig#(?:rsa-|hmac-)?sha1|xmldsig-more#rsa-md5/

/** What no answer of a provider holds, before anything reads it as XML. */
function checkText(message: string): void {
  const xml = Buffer.from(message, 'base64').toString('utf8')
  const problem = declaresTypes(xml)
    ? 'it holds a document type or entities'
    : weakSignature.test(xml)
      ? 'it is signed with SHA-1; set the provider to SHA-256'
      : null
  if (problem !== null) throw new SsoRefusal('answerNotValid', answerNotValid, { admins: problem })
}

function refuse(cause: unknown): never {
  if (cause instanceof SamlStatusError) {
    throw new SsoRefusal('providerRefused', 'Your identity provider did not let you sign in.', {
      ...{ cause, admins: cause.message.slice(0, 300) },
    })
  }
  throw new SsoRefusal('answerNotValid', answerNotValid, { cause, admins: messageOf(cause).slice(0, 300) })
}
