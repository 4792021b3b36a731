import type { RegistrySpec } from '@atrium/api/kinds/registry.ts'
import { type Authorize, basicAuth, bearerFrom } from '@atrium/pack/sources/oci/auth.ts'
import { OciClient } from '@atrium/pack/sources/oci/client.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Egress } from '@atrium/runtime/egress/egress.ts'
import type { RegistryAccess, RegistryTokens } from './registry-tokens.ts'

export interface RegistryClientDeps {
  egress: Egress
  clock: Clock
  random: Random
}

/** Secret field of a registry: JSON `{"username", "password"}`. */
export const registryAuthField = 'auth'

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

/** The client of a tenant's registry, with the credentials kept beside it. */
export function registryClient(
  spec: Pick<RegistrySpec, 'endpoint' | 'caBundle'>,
  auth: Secret<string> | null,
  deps: RegistryClientDeps,
): OciClient {
  return client(spec.endpoint, spec.caBundle, basicAuth(credentialsOf(auth), deps.egress, spec.caBundle), deps)
}

const client = (endpoint: string, caBundle: string, authorize: Authorize, deps: RegistryClientDeps): OciClient =>
  new OciClient({ endpoint, authorize, ...deps, ...(caBundle && { caBundle }) })

/** `repository:a/b:pull,push` → the right it names. */
function accessOf(scope: string): RegistryAccess {
  const [type = '', name = '', actions = ''] = scope.split(':')
  return { type: type === 'registry' ? 'registry' : 'repository', name, actions: actions.split(',') }
}

function credentialsOf(auth: Secret<string> | null): { username: string; password: Secret<string> } | null {
  if (auth === null) return null
  const { username, password } = JSON.parse(auth.reveal()) as { username?: string; password?: string }
  return username ? { username, password: new Secret(password ?? '') } : null
}
