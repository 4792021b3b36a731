import { createHash, createHmac } from 'node:crypto'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Egress } from '@atrium/runtime/egress/egress.ts'
import type { Authorize } from './auth.ts'
import { OciError, ociLimits } from './types.ts'

export interface AwsKeys {
  accessKey: string
  secretKey: Secret<string>
  sessionToken?: Secret<string>
}

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
  const headers = signedHeaders(url, body, options)
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

/** Signature version 4 of AWS, for this one request. */
function signedHeaders(url: URL, body: string, { region, keys, clock }: EcrOptions): Record<string, string> {
  const at = new Date(clock.now()).toISOString().replace(/[:-]|\.\d{3}/g, '')
  const scope = `${at.slice(0, 8)}/${region}/ecr/aws4_request`
  const headers: Record<string, string> = {
    'content-type': 'application/x-amz-json-1.1',
    host: url.host,
    'x-amz-date': at,
    ...(keys.sessionToken && { 'x-amz-security-token': keys.sessionToken.reveal() }),
    'x-amz-target': TARGET,
  }
  const names = Object.keys(headers).sort()
  const canonical = ['POST', url.pathname, '', ...names.map((name) => `${name}:${headers[name]}`), '', names.join(';')]
  const request = [...canonical, sha256(body)].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', at, scope, sha256(request)].join('\n')
  const key = scope
    .split('/')
    .reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${keys.secretKey.reveal()}`)
  const signature = hmac(key, toSign).toString('hex')
  const credential = `Credential=${keys.accessKey}/${scope}`
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
