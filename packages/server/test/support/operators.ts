import { expect } from 'vitest'
import type { Answer, Caller, TestApi } from './api.ts'
import { tokenOf } from './people.ts'

export const signInOperator = (api: TestApi, body: object): Promise<Answer> =>
  api.as({})('POST /atrium/v1/system/sign-in', { body })

export async function operatorSession(api: TestApi, credentials: object): Promise<Caller> {
  const answer = await signInOperator(api, credentials)
  expect(answer.status, answer.text).toBe(200)
  return api.as({ Authorization: answer.body.token })
}

/** A new operator of this role, who set a password by their link and signed in. */
export async function newOperator(api: TestApi, role: string) {
  const email = `${role.toLowerCase()}-${api.context.random.bytes(4).toString('hex')}@example.com`
  const machine = api.as({ Authorization: `Bearer ${api.operatorToken}` })
  const made = await machine('POST /atrium/v1/system/operators', { body: { email, role } })
  expect(made.status, made.text).toBe(201)
  const password = 'chosen by themselves'
  const link = { token: tokenOf(made.body.activation.url), password }
  expect((await api.as({})('POST /atrium/v1/links', { body: link })).body).toEqual({ email, organization: '' })
  const uid: string = made.body.operator.uid
  return { uid, email, password, call: await operatorSession(api, { email, password }) }
}
