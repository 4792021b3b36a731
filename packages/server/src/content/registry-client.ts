import type { RegistryAuth, RegistrySpec } from '@atrium/api/kinds/registry.ts'
import { type Authorize, basicAuth, bearerFrom, fixedToken } from '@atrium/pack/sources/oci/auth.ts'
import { OciClient } from '@atrium/pack/sources/oci/client.ts'
import { ecrAuth } from '@atrium/pack/sources/oci/ecr.ts'
import { assumeRole } from '@atrium/pack/sources/oci/sts.ts'
import { OciError } from '@atrium/pack/sources/oci/types.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { AwsKeys } from '@atrium/runtime/egress/aws-signature.ts'
import type { Egress } from '@atrium/runtime/egress/egress.ts'
import type { RegistryAccess, RegistryTokens } from './registry-tokens.ts'

export interface RegistryClientDeps {
  egress: Egress
  clock: Clock
  random: Random
  /** Endpoint of AWS's service for tokens of its registries; that of the registry's region unless given. */
  ecrEndpoint?: string | null
  /** Endpoint of AWS's service that gives roles' keys; that of the region unless given. */
  stsEndpoint?: string | null
  /** The installation's own identity in AWS, which takes tenants' roles on; null or absent = none. */
  awsKeys?: AwsKeys | null
  /** Folder of this machine that registries may lie in; null or absent = none. */
  packFolder?: string | null
}

/** Secret field of a registry: JSON of `RegistrySecrets`. */
export const registryAuthField = 'auth'

export interface RegistrySecrets {
  password?: string
  token?: string
  secretKey?: string
  sessionToken?: string
}

export const readSecrets = (stored: Secret<string> | null): RegistrySecrets =>
  stored === null ? {} : (JSON.parse(stored.reveal()) as RegistrySecrets)

/** The client of the platform's own registry: it signs its own tokens, for exactly what each request needs. */
export function platformClient(
  registry: { url: string; caBundle: string },
  tokens: RegistryTokens,
  deps: RegistryClientDeps,
): OciClient {
  const authorize = bearerFrom(async (scope) => {
    const { token } = await tokens.issue({ access: [accessOf(scope)], subject: 'atrium' })
    return token
  })
  return client(registry.url, registry.caBundle, authorize, deps)
}

/** The client of an OCI registry, with the credentials kept beside it. */
export const registryClient = (spec: RegistrySpec, secrets: RegistrySecrets, deps: RegistryClientDeps): OciClient =>
  client(spec.endpoint, spec.caBundle, authorizeOf(spec, secrets, deps), deps)

function authorizeOf({ auth, caBundle }: RegistrySpec, secrets: RegistrySecrets, deps: RegistryClientDeps): Authorize {
  switch (auth?.type) {
    case 'token':
      return fixedToken(new Secret(secrets.token ?? ''))
    case 'aws': {
      const keys = (): Promise<AwsKeys> => awsKeysOf(auth, secrets, deps)
      const { egress, clock, ecrEndpoint: endpoint = null } = deps
      return ecrAuth({ region: auth.region ?? '', keys, endpoint, egress, clock })
    }
    case 'basic': {
      const { username = '' } = auth
      return basicAuth({ username, password: new Secret(secrets.password ?? '') }, deps.egress, caBundle)
    }
    default:
      return basicAuth(null, deps.egress, caBundle)
  }
}

/** Keys that sign in to a registry of AWS: those that were given, or the role's. */
async function awsKeysOf(
  { accessKey = '', region = '', role }: RegistryAuth,
  { secretKey = '', sessionToken }: RegistrySecrets,
  { awsKeys: keys, stsEndpoint: endpoint = null, egress, clock }: RegistryClientDeps,
): Promise<AwsKeys> {
  if (role === undefined)
    return {
      accessKey,
      secretKey: new Secret(secretKey),
      ...(sessionToken && { sessionToken: new Secret(sessionToken) }),
    }
  if (!keys)
    throw new OciError(401, 'this installation has no identity in AWS that takes a role on (ATRIUM_AWS_ACCESS_KEY)')
  return assumeRole({ keys, region, roleArn: role.arn, externalId: role.externalId, endpoint, egress, clock })
}

/** The `Authorization` that sources without a challenge are shown; null = nobody. */
export function authorizationOf({ auth }: RegistrySpec, secrets: RegistrySecrets): Secret<string> | null {
  if (auth?.type === 'token') return new Secret(`Bearer ${secrets.token ?? ''}`)
  if (auth?.type !== 'basic') return null
  const pair = `${auth.username ?? ''}:${secrets.password ?? ''}`
  return new Secret(`Basic ${Buffer.from(pair).toString('base64')}`)
}

const client = (endpoint: string, caBundle: string, authorize: Authorize, deps: RegistryClientDeps): OciClient =>
  new OciClient({
    endpoint,
    authorize,
    egress: deps.egress,
    clock: deps.clock,
    random: deps.random,
    ...(caBundle && { caBundle }),
  })

/** `repository:a/b:pull,push` → the right it names. */
function accessOf(scope: string): RegistryAccess {
  const [type = '', name = '', actions = ''] = scope.split(':')
  return { type: type === 'registry' ? 'registry' : 'repository', name, actions: actions.split(',') }
}
