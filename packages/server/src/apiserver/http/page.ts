import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ErrorBody } from './errors.ts'
import './request.ts'

/** Paths that browsers visit by themselves: on the way to an identity provider, and back. */
const visited = /^\/(?:atrium\/)?v1\/auth\/org\//

/** Whether a person looks at the answer in a browser; programs that ask for JSON get it. */
export const isPageAsked = ({ route, headers }: FastifyRequest): boolean =>
  visited.test(route?.operation.path ?? '') && /\btext\/html\b/.test(headers.accept ?? '')

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string): string => text.replace(/[&<>"']/g, (one) => escapes[one] ?? '')

/** An error as a page. It runs nothing, loads nothing, and stands in no frame. */
export const errorPage = (reply: FastifyReply, { message, ref }: ErrorBody): FastifyReply =>
  reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .header(
      'content-security-policy',
      "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    )
    .send(
      `<!doctype html><html lang="en"><title>Sign-in</title><h1>You are not signed in</h1><p>${escaped(message)}</p><p>Reference: ${escaped(ref)}</p></html>\n`,
    )
