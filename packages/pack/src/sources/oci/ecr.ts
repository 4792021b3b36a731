import type { Clock } from '@atrium/runtime/base/clock.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { type AwsKeys, signForAws } from '@atrium/runtime/egress/aws-signature.ts'
import type { Egress } from '@atrium/runtime/egress/egress.ts'
import type { Authorize } from './auth.ts'
import { OciError, ociLimits } from './types.ts'

export interface EcrOptions {
  region: string
  keys: AwsKeys
  /** Endpoint of the service; that of the region unless given. */
  endpoint: string | null
  egress: Egress
  clock: Clock
}

const TARGET = 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken'
/** Tokens live for twelve hours; one that is nearly over is not used any more. */
const reserveMs = 10 * 60_000

/** Signs in to a registry of AWS: its user name and password come from the service, for some hours at a time. */
export function ecrAuth(options: EcrOptions): Authorize {
  let held: { header: Secret<string>; untilMs: number } | null = null
  return async (challenge) => {
    if (challenge.scheme !== 'basic') return null
    if (held === null || held.untilMs - reserveMs < options.clock.now()) held = await authorizationToken(options)
    return held.header
  }
}

async function authorizationToken(options: EcrOptions): Promise<{ header: Secret<string>; untilMs: number }> {
  const url = new URL(options.endpoint ?? `https://api.ecr.${options.region}.amazonaws.com/`)
  const body = '{}'
  const headers = signForAws({
    ...{ method: 'POST', url, body, service: 'ecr' },
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': TARGET },
    ...{ region: options.region, keys: options.keys, at: options.clock.now() },
  })
  const response = await options.egress.request(url.href, {
    method: 'POST',
    headers,
    body,
    maxBytes: ociLimits.tokenBytes,
  })
  const text = await response.text()
  if (response.status !== 200)
    throw new OciError(
      response.status === 400 ? 401 : response.status,
      `AWS gives no token (${response.status}${kindOf(text)})`,
    )
  const [data] = (JSON.parse(text) as { authorizationData?: { authorizationToken?: string; expiresAt?: number }[] })
    .authorizationData ?? [{}]
  if (!data?.authorizationToken) throw new OciError(0, 'AWS sent no token')
  const untilMs = (data.expiresAt ?? 0) * 1000
  return { header: new Secret(`Basic ${data.authorizationToken}`), untilMs }
}

/** The name of a refusal, e.g. `UnrecognizedClientException`. */
const kindOf = (text: string): string => {
  const kind = /"__type"\s*:\s*"(?:[^"#]*#)?([A-Za-z]{1,60})"/.exec(text.slice(0, 4096))?.[1]
  return kind === undefined ? '' : ` ${kind}`
}
