import { expect } from 'vitest'
import type { Caller } from './api.ts'

/** Uid of what was made. */
export async function made(call: Caller, route: string, body: object, headers = {}): Promise<string> {
  const answer = await call(route, { body, headers })
  expect(answer.status, `${route}: ${answer.text}`).toBe(201)
  return answer.body.uid
}

/** For what answers with nothing. */
export async function succeed(call: Caller, route: string, body?: object, headers = {}): Promise<void> {
  const answer = await call(route, body === undefined ? { headers } : { body, headers })
  expect(answer.status, `${route}: ${answer.text}`).toBe(204)
}

/** The error's code; undefined when there is none. */
export const codeOf = async (call: Caller, route: string, body?: object): Promise<string> =>
  (await call(route, body === undefined ? {} : { body })).body.code
