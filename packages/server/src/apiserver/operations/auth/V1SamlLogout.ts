import { BrowserAnswer, definePublicOperation } from '../../operation.ts'
import { formOf } from './browser.ts'

/** The provider asks to end sessions, or confirms that it ended its own. */
export const V1SamlLogout = definePublicOperation('V1SamlLogout', async ({ params, body, ip }, { sso }) => {
  const { SAMLRequest: samlRequest = '', SAMLResponse: samlResponse = '', RelayState: relayState = '' } = formOf(body)
  const location = await sso.samlLogout({ org: params.org, ip }, { samlRequest, samlResponse, relayState })
  return location === '' ? undefined : new BrowserAnswer({ location })
})
