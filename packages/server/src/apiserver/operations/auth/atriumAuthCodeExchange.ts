import { definePublicOperation } from '../../operation.ts'
import { originOf } from '../account/person.ts'

export const atriumAuthCodeExchange = definePublicOperation('atriumAuthCodeExchange', async (request, { sso }) => {
  const { body, ip } = request
  const token = await sso.exchange({ ...body, ip, from: originOf(request) })
  return { Authorization: token.reveal(), isMfa: false }
})
