import type { X509Certificate } from 'node:crypto'
import { request } from 'node:https'
import { TLSSocket } from 'node:tls'
import { messageOf } from '@atrium/runtime/base/errors.ts'

/** What a server says of itself before anybody signs in. */
export type ServerAnswer = { dateMs: number | null; certificate: X509Certificate | null } | { why: string }

const ANSWER_LIMIT_MS = 5_000

/** Asks for its clock and its certificate. Nothing secret is sent, so one that expired may answer too: that is what is looked for. */
export const askServer = (url: string): Promise<ServerAnswer> =>
  new Promise((resolve) => {
    const options = { rejectUnauthorized: false, agent: false, signal: AbortSignal.timeout(ANSWER_LIMIT_MS) }
    const sent = request(`${url}/healthz`, options, (response) => {
      response.resume()
      const dateMs = Date.parse(response.headers.date ?? '')
      const raw = response.socket instanceof TLSSocket ? response.socket.getPeerX509Certificate() : undefined
      resolve({ dateMs: Number.isNaN(dateMs) ? null : dateMs, certificate: raw ?? null })
    })
    sent.on('error', (error) =>
      resolve({ why: error.name === 'AbortError' ? `no answer within ${ANSWER_LIMIT_MS / 1000} s` : messageOf(error) }),
    )
    sent.end()
  })
