import { createHash, createHmac } from 'node:crypto'
import type { Secret } from '../base/secret.ts'

export interface AwsKeys {
  accessKey: string
  secretKey: Secret<string>
  sessionToken?: Secret<string>
}

export interface AwsRequest {
  method: string
  url: URL
  /** Lower-case names; they are signed. */
  headers: Record<string, string>
  body: string
  region: string
  /** As AWS names it, e.g. `ecr`, `sts`, `s3`. */
  service: string
  keys: AwsKeys
  /** Milliseconds since 1970. */
  at: number
}

/** The headers of the request with signature version 4 of AWS, for this one request. */
export function signForAws({ method, url, body, region, service, keys, ...given }: AwsRequest): Record<string, string> {
  const at = new Date(given.at).toISOString().replace(/[:-]|\.\d{3}/g, '')
  const scope = `${at.slice(0, 8)}/${region}/${service}/aws4_request`
  const headers: Record<string, string> = {
    ...given.headers,
    host: url.host,
    'x-amz-date': at,
    ...(keys.sessionToken && { 'x-amz-security-token': keys.sessionToken.reveal() }),
    // S3 alone asks for it.
    ...(service === 's3' && { 'x-amz-content-sha256': sha256(body) }),
  }
  const names = Object.keys(headers).sort()
  const lines = names.map((name) => `${name}:${headers[name]}`)
  const request = [method, url.pathname, canonicalQuery(url), ...lines, '', names.join(';'), sha256(body)].join('\n')
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

const canonicalQuery = (url: URL): string =>
  [...url.searchParams]
    .map((pair) => pair.map(encode).join('='))
    .sort()
    .join('&')

/** As AWS wants it: `encodeURIComponent` leaves five characters more as they are. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
