import { definePublicOperation } from '../../operation.ts'
import { getEnrolled, originOf } from './person.ts'

/** The first code of an app. A sign-in that waited for a first factor is complete with it. */
export const atriumAccountTotpFinish = definePublicOperation('atriumAccountTotpFinish', async (request, context) => {
  const { token, ...person } = await getEnrolled(request, context)
  const done = await context.identity.confirmTotp(person, request.body.code, token, originOf(request))
  return {
    recoveryCodes: done.recoveryCodes.map((code) => code.reveal()),
    ...(done.session ? { Authorization: done.session.reveal() } : {}),
  }
})
