import { createHash, createHmac } from 'node:crypto'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import type { Egress } from '@atrium/runtime/egress/egress.ts'
import { OciError, ociLimits } from './types.ts'

export interface AwsKeys {
  accessKey: string
  secretKey: Secret<string>
  sessionToken?: Secret<string>
}

/** One request to a service of AWS. */
export interface AwsCall {
  service: 'ecr' | 'sts'
  region: string
  keys: AwsKeys
  url: string
  headers: Record<string, string>
  body: string
}

/** The text of a good answer; throws `OciError` with the name of the refusal, 401 for what AWS does not permit. */
export async function callAws(call: AwsCall, { egress, clock }: { egress: Egress; clock: Clock }): Promise<string> {
  const response = await egress.request(call.url, {
    method: 'POST',
    headers: signedHeaders(call, clock),
    body: call.body,
    maxBytes: ociLimits.tokenBytes,
  })
  const text = await response.text()
  if (response.status === 200) return text
  const isRefused = response.status === 400 || response.status === 403
  const told = `AWS (${call.service}) answered ${response.status}${kindOf(text)}`
  throw new OciError(isRefused ? 401 : response.status, told)
}

/** The name of a refusal, e.g. `UnrecognizedClientException`; one service writes JSON, the other XML. */
const kindOf = (text: string): string => {
  const kind = /"__type"\s*:\s*"(?:[^"#]*#)?([A-Za-z]{1,60})"|<Code>([A-Za-z.]{1,60})<\/Code>/.exec(text.slice(0, 4096))
  return kind === null ? '' : ` ${kind[1] ?? kind[2]}`
}

/** Signature version 4 of AWS, for this one request. */
function signedHeaders(call: AwsCall, clock: Clock): Record<string, string> {
  const { service, region, keys, body } = call
  const url = new URL(call.url)
  const at = new Date(clock.now()).toISOString().replace(/[:-]|\.\d{3}/g, '')
  const scope = `${at.slice(0, 8)}/${region}/${service}/aws4_request`
  const headers: Record<string, string> = {
    ...call.headers,
    host: url.host,
    'x-amz-date': at,
    ...(keys.sessionToken && { 'x-amz-security-token': keys.sessionToken.reveal() }),
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
