import type { Clock } from '@atrium/runtime/base/clock.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { AwsKeys } from '@atrium/runtime/egress/aws-signature.ts'
import type { Egress } from '@atrium/runtime/egress/egress.ts'
import type { Authorize } from './auth.ts'
import { callAws } from './aws.ts'
import { OciError } from './types.ts'

export interface EcrOptions {
  region: string
  /** Asked for each token. */
  keys(): Promise<AwsKeys>
  /** Endpoint of the service; that of the region unless given. */
  endpoint: string | null
  egress: Egress
  clock: Clock
}

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
  const { region, endpoint } = options
  const call = {
    service: 'ecr',
    region,
    keys: await options.keys(),
    url: endpoint ?? `https://api.ecr.${region}.amazonaws.com/`,
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
    },
    body: '{}',
  } as const
  const text = await callAws(call, options)
  const [data] = (JSON.parse(text) as { authorizationData?: { authorizationToken?: string; expiresAt?: number }[] })
    .authorizationData ?? [{}]
  if (!data?.authorizationToken) throw new OciError(0, 'AWS sent no token')
  const untilMs = (data.expiresAt ?? 0) * 1000
  return { header: new Secret(`Basic ${data.authorizationToken}`), untilMs }
}
