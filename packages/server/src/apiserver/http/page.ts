import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ErrorBody } from './errors.ts'
import { escaped, pageOf, sendPage } from './html.ts'
import './request.ts'

/** Paths that browsers visit by themselves: on the way to an identity provider, and back. */
const visited = /^\/(?:atrium\/)?v1\/auth\/org\//

/** Whether a person looks at the answer in a browser; programs that ask for JSON get it. */
export const isPageAsked = ({ route, headers }: FastifyRequest): boolean =>
  visited.test(route?.operation.path ?? '') && /\btext\/html\b/.test(headers.accept ?? '')

export const errorPage = (reply: FastifyReply, { message, ref }: ErrorBody): FastifyReply => {
  const body = `<p class="bad">${escaped(message)}</p><p>Reference: <code>${escaped(ref)}</code></p>`
  return sendPage(reply, pageOf({ title: 'You are not signed in', body }))
}
