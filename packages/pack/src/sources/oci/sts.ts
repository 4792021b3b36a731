import type { Clock } from '@atrium/runtime/base/clock.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { AwsKeys } from '@atrium/runtime/egress/aws-signature.ts'
import type { Egress } from '@atrium/runtime/egress/egress.ts'
import { callAws } from './aws.ts'
import { OciError } from './types.ts'

export interface RoleOptions {
  /** Whose keys take the role on. */
  keys: AwsKeys
  region: string
  roleArn: string
  /** What the role's trust asks for: whose request this is. */
  externalId: string
  /** Endpoint of the service; that of the region unless given. */
  endpoint: string | null
  egress: Egress
  clock: Clock
}

/** Long enough to ask for one token. */
const durationSeconds = 900

/** Keys of a role of AWS, for some minutes. */
export async function assumeRole(options: RoleOptions): Promise<AwsKeys> {
  const { keys, region, roleArn, externalId, endpoint } = options
  const form = new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: roleArn,
    RoleSessionName: 'atrium',
    ExternalId: externalId,
    DurationSeconds: String(durationSeconds),
  })
  const call = {
    service: 'sts',
    region,
    keys,
    url: endpoint ?? `https://sts.${region}.amazonaws.com/`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  } as const
  const text = await callAws(call, options)
  const field = (name: string): string => {
    const value = new RegExp(`<${name}>([A-Za-z0-9+/=_-]+)</${name}>`).exec(text)?.[1]
    if (value === undefined) throw new OciError(0, `AWS (sts) sent no ${name}`)
    return value
  }
  return {
    accessKey: field('AccessKeyId'),
    secretKey: new Secret(field('SecretAccessKey')),
    sessionToken: new Secret(field('SessionToken')),
  }
}
