import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { LoopbackReturn } from '../../../auth/sso/flow.ts'
import type { Returned, SsoRequest } from '../../../auth/sso/sso.ts'
import { BrowserAnswer } from '../../operation.ts'
import { originOf } from '../account/person.ts'

/** The program that waits on the person's machine, if one does. */
export function loopbackOf(query: {
  port?: number | undefined
  challenge?: string | undefined
}): LoopbackReturn | null {
  const { port, challenge } = query
  if (port === undefined && challenge === undefined) return null
  if (port !== undefined && challenge !== undefined) return { port, challenge }
  const field = port === undefined ? 'port' : 'challenge'
  throw new AtriumError('InvalidRequest', `${field}: is missing. A program that waits sends both.`, {
    details: { field },
  })
}

/** A browser that comes back. */
export const ssoRequest = (request: Parameters<typeof originOf>[0] & { params: { org: string } }): SsoRequest => ({
  ...{ org: request.params.org, ip: request.ip, cookies: request.header('cookie') ?? '' },
  from: originOf(request),
})

/** The session for the browser; or its way on to the program, by a code that is no session yet. Nowhere else is it ever sent. */
export function answerOf({ signedIn, cookie }: Returned): BrowserAnswer {
  if ('token' in signedIn) {
    return new BrowserAnswer({ cookies: [cookie], body: { Authorization: signedIn.token.reveal(), isMfa: false } })
  }
  const location = `http://127.0.0.1:${signedIn.port}/?code=${encodeURIComponent(signedIn.code)}`
  return new BrowserAnswer({ cookies: [cookie], location })
}

/** Fields of a form; each at most once, as the last one says. */
export function formOf(body: unknown): { [name: string]: string } {
  const text = body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : ''
  return Object.fromEntries(new URLSearchParams(text))
}
