import { createHash } from 'node:crypto'
import { desiredStateLimits } from '@atrium/api/link/desired-state.ts'
import type { EnrolAnswer, EnrolRequest } from '@atrium/api/link/protocol.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { createEgress, type Egress, type EgressResponse } from '@atrium/runtime/egress/egress.ts'
import type { RegistryToken } from '../ports.ts'

const REQUEST_TIMEOUT_MS = 30_000
const ANSWER_BYTES = 256 * 1024

/** Where the plane is, and the CAs that may vouch for it. */
export interface PlaneAddress {
  serverUrl: string
  caBundlePem: string
}

/** The plane's answer was an error: its status decides whether trying again can help. */
class PlaneRefusal extends Error {
  override readonly name = 'PlaneRefusal'
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** The request–answer half of the link protocol, as the agent sees it. */
export class PlaneHttp {
  /** The plane is where the enrolment Secret says, private networks included; its CA is pinned at each call. */
  readonly #egress: Egress = createEgress({
    allowedRanges: ['0.0.0.0/0', '::/0'],
    allowPlainHttp: false,
    timeoutMs: REQUEST_TIMEOUT_MS,
    maxBytes: ANSWER_BYTES,
  })

  async enrol(plane: PlaneAddress, request: EnrolRequest): Promise<EnrolAnswer> {
    return (await this.#post(plane, '/link/v1/enrol', null, request)) as EnrolAnswer
  }

  async renew(plane: PlaneAddress, session: Secret<string>, csr: string): Promise<EnrolAnswer> {
    return (await this.#post(plane, '/link/v1/renew', session, { csr })) as EnrolAnswer
  }

  async registryToken(
    plane: PlaneAddress,
    session: Secret<string>,
    repository: string,
    signal?: AbortSignal,
  ): Promise<RegistryToken> {
    const answer = (await this.#post(plane, '/link/v1/registry-token', session, { repository }, signal)) as {
      token: string
      expiresAt: string
    }
    return { token: new Secret(answer.token), expiresAt: answer.expiresAt }
  }

  async blob(plane: PlaneAddress, session: Secret<string>, digest: string, signal?: AbortSignal): Promise<Buffer> {
    const response = await this.#egress.request(`${plane.serverUrl}/link/v1/blobs/${digest}`, {
      headers: authorization(session),
      caBundle: plane.caBundlePem,
      maxBytes: desiredStateLimits.blobBytes,
      ...(signal && { signal }),
    })
    if (response.status !== 200) throw await refusal(response)
    const content = await response.bytes()
    const actual = `sha256:${createHash('sha256').update(content).digest('hex')}`
    if (actual !== digest) throw new AtriumError('InvalidState', `The plane sent ${actual} for blob ${digest}.`)
    return content
  }

  close(): Promise<void> {
    return this.#egress.close()
  }

  async #post(
    plane: PlaneAddress,
    path: string,
    session: Secret<string> | null,
    body: object,
    signal?: AbortSignal,
  ): Promise<unknown> {
    const response = await this.#egress.request(`${plane.serverUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(session ? authorization(session) : {}) },
      body: JSON.stringify(body),
      caBundle: plane.caBundlePem,
      ...(signal && { signal }),
    })
    if (response.status !== 200) throw await refusal(response)
    return JSON.parse(await response.text())
  }
}

const authorization = (session: Secret<string>): { authorization: string } => ({
  authorization: `Link ${session.reveal()}`,
})

const refusal = async (response: EgressResponse): Promise<PlaneRefusal> => {
  const path = new URL(response.url).pathname
  const text = await response.text()
  return new PlaneRefusal(response.status, `${path} answered ${response.status}: ${messageIn(text)}`)
}

const messageIn = (text: string): string => {
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body === 'object' && body !== null && 'message' in body) return String(body.message).slice(0, 500)
  } catch {
    return 'no readable reason'
  }
  return 'no reason'
}
