import { definePublicOperation } from '../../operation.ts'
import { answerOf, formOf, ssoRequest } from './browser.ts'

export const V1SamlCallback = definePublicOperation('V1SamlCallback', async (request, { sso }) => {
  const { SAMLResponse: samlResponse = '', RelayState: relayState = '' } = formOf(request.body)
  return answerOf(await sso.finishSaml(ssoRequest(request), { samlResponse, relayState }))
})
