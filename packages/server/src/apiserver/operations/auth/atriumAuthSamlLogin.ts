import { BrowserAnswer, definePublicOperation } from '../../operation.ts'
import { loopbackOf } from './browser.ts'

/** Sends the browser to the identity provider of the organisation. */
export const atriumAuthSamlLogin = definePublicOperation(
  'atriumAuthSamlLogin',
  async ({ params, query, ip }, { sso }) => {
    const { url, cookie } = await sso.begin({ org: params.org, ip }, 'saml', loopbackOf(query))
    return new BrowserAnswer({ cookies: [cookie], location: url })
  },
)
