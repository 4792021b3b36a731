import { definePublicOperation } from '../../operation.ts'
import { answerOf, ssoRequest } from './browser.ts'

export const V1OidcCallback = definePublicOperation('V1OidcCallback', async (request, { sso }) =>
  answerOf(await sso.finishOidc(ssoRequest(request), request.query)),
)
