import { BrowserAnswer, definePublicOperation } from '../../operation.ts'

/** The provider asks to end sessions, or confirms that it ended its own, by a redirect. What was signed is the query as it was sent. */
export const atriumAuthSamlLogout = definePublicOperation(
  'atriumAuthSamlLogout',
  async ({ params, search, ip }, { sso }) => {
    const location = await sso.samlLogout({ org: params.org, ip }, { search })
    return location === '' ? undefined : new BrowserAnswer({ location })
  },
)
