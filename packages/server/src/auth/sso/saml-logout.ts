import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import type { Profile, SAML } from '@node-saml/node-saml'
import type { SsoOrigin } from '../../store/identity/sso.ts'
import { answerRefused } from './refusal.ts'
import { openedBy, providerOf, refuse, samlOf } from './saml.ts'
import { checkMessage, readRedirect } from './saml-message.ts'
import { type SamlSettings, samlProvider } from './settings.ts'

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

/** As a form, or as the query of a redirect on the wire. */
export type LogoutMessage = { samlRequest: string; samlResponse: string; relayState: string } | { search: string }

/** Whose session the provider ends, and where the browser goes with the answer; null: it says that it ended the one it was asked to end. */
export async function readLogout(
  settings: SamlSettings,
  clock: Clock,
  message: LogoutMessage,
): Promise<{ origin: Pick<SsoOrigin, 'provider' | 'nameId' | 'index'>; answerUrl: string } | null> {
  const provider = await providerOf(settings)
  const libraryFor = (opener: Secret<string> | null): SAML =>
    samlOf(settings, provider, clock, null, { wantAuthnResponseSigned: true, ...openedBy(opener) })
  const { saml, profile, relayState } =
    'search' in message
      ? await byRedirect(libraryFor, settings, message.search)
      : await byForm(libraryFor, settings, message)
  if (profile === null) return null
  const { entityId, logoutUrl } = provider
  if (profile.issuer !== entityId) throw answerRefused('another issuer')
  const { nameID: nameId, sessionIndex: index } = profile
  return {
    origin: { provider: samlProvider(entityId, settings.nameIdFormat), nameId, ...(index && { index }) },
    answerUrl: logoutUrl === null ? '' : await saml.getLogoutResponseUrlAsync(profile, relayState, {}, true),
  }
}

type LibraryFor = (opener: Secret<string> | null) => SAML

async function byForm(
  libraryFor: LibraryFor,
  { keys }: SamlSettings,
  { samlRequest, samlResponse, relayState }: Exclude<LogoutMessage, { search: string }>,
) {
  const saml = libraryFor(await checkMessage(samlRequest || samlResponse, keys))
  if (samlRequest === '') {
    // The library takes an answer to a sign-in here as well: whoever it names, it asks to end nothing.
    await saml.validatePostResponseAsync({ SAMLResponse: samlResponse }).catch(refuse)
    return { saml, profile: null, relayState }
  }
  const { profile } = await saml.validatePostRequestAsync({ SAMLRequest: samlRequest }).catch(refuse)
  return { saml, profile, relayState }
}

async function byRedirect(libraryFor: LibraryFor, { keys }: SamlSettings, search: string) {
  const { told, signed, opener } = await readRedirect(search, keys)
  const saml = libraryFor(opener)
  const { profile } = await saml.validateRedirectAsync(told, signed).catch(refuse)
  return { saml, profile, relayState: told.RelayState ?? '' }
}
