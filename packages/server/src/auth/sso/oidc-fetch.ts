import type { Egress, EgressRequest } from '@atrium/runtime/egress/egress.ts'
import type { CustomFetch } from 'openid-client'

const maxBytes = 1024 * 1024
/** How long a provider has for an answer. */
export const oidcTimeoutMs = 10_000
const noBody = [204, 205, 304]

/** The server's one way out, as the library asks for it: no redirect is followed, and bodies are bounded. */
export const oidcFetch =
  (egress: () => Promise<Egress>, caBundle: string | null): CustomFetch =>
  async (url, { method, headers, body, signal }) => {
    if (body && typeof body !== 'string' && !(body instanceof URLSearchParams)) throw new TypeError('no form')
    const answer = await (await egress()).request(url, {
      ...{ method: method as NonNullable<EgressRequest['method']>, headers, timeoutMs: oidcTimeoutMs, maxBytes },
      ...(body ? { body: body.toString() } : {}),
      ...(caBundle === null ? {} : { caBundle }),
      ...(signal ? { signal } : {}),
    })
    const bytes = await answer.bytes()
    return new Response(noBody.includes(answer.status) ? null : new Uint8Array(bytes), {
      ...{ status: answer.status, headers: answer.headers },
    })
  }
