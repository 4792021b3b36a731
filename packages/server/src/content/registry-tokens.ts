import { createPrivateKey, createPublicKey } from 'node:crypto'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { newUid, type Random } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { calculateJwkThumbprint, exportJWK, type JWK, SignJWT } from 'jose'

/** One right in a registry token, as the distribution specification writes it. */
export interface RegistryAccess {
  type: 'repository' | 'registry'
  name: string
  actions: string[]
}

export interface RegistryToken {
  token: Secret<string>
  /** RFC 3339. */
  expiresAt: string
  issuedAt: string
  ttlMs: number
}

/** Issues the tokens that the platform's registry accepts. */
export interface RegistryTokens {
  readonly issuer: string
  readonly service: string
  /** A token for exactly these rights; at most five minutes. `subject` appears in the registry's log. */
  issue(request: { access: RegistryAccess[]; subject: string; ttlMs?: number }): Promise<RegistryToken>
  /** A token for one repository. */
  issueRegistryToken(request: {
    repository: string
    actions: ('pull' | 'push')[]
    subject: string
    ttlMs?: number
  }): Promise<RegistryToken>
}

export interface RegistryTokenOptions {
  /** EC P-256 key, PEM (PKCS#8 or SEC1). */
  privateKeyPem: Secret<string>
  issuer: string
  /** Name the registry calls itself in its challenge. */
  service: string
  clock: Clock
  random: Random
}

export const maxTokenTtlMs = 5 * 60_000
/** Registries whose clocks are a little behind must accept a token that was issued just now. */
const clockSkewMs = 30_000
const algorithm = 'ES256'

export function createRegistryTokens(options: RegistryTokenOptions): RegistryTokens {
  const key = createPrivateKey(options.privateKeyPem.reveal())
  const keyId = publicJwk(options.privateKeyPem).then((jwk) => jwk.kid)
  const { issuer, service, clock, random } = options
  const issue: RegistryTokens['issue'] = async ({ access, subject, ttlMs = maxTokenTtlMs }) => {
    const lifeMs = Math.min(Math.max(ttlMs, 1000), maxTokenTtlMs)
    const nowMs = clock.now()
    const kid = await keyId
    const token = await new SignJWT({ access })
      .setProtectedHeader({ alg: algorithm, typ: 'JWT', ...(kid && { kid }) })
      .setIssuer(issuer)
      .setAudience(service)
      .setSubject(subject)
      .setJti(newUid(random))
      .setIssuedAt(seconds(nowMs))
      .setNotBefore(seconds(nowMs - clockSkewMs))
      .setExpirationTime(seconds(nowMs + lifeMs))
      .sign(key)
    const iso = (ms: number): string => new Date(ms).toISOString()
    return { token: new Secret(token), issuedAt: iso(nowMs), expiresAt: iso(nowMs + lifeMs), ttlMs: lifeMs }
  }
  return {
    issuer,
    service,
    issue,
    issueRegistryToken: ({ repository, actions, ...rest }) =>
      issue({ access: [{ type: 'repository', name: repository, actions }], ...rest }),
  }
}

const seconds = (ms: number): number => Math.floor(ms / 1000)

/** The key set a registry checks tokens with (`auth.token.jwks` of CNCF distribution); public halves only. */
export async function registryKeySet(privateKeyPem: Secret<string>): Promise<{ keys: JWK[] }> {
  return { keys: [await publicJwk(privateKeyPem)] }
}

async function publicJwk(privateKeyPem: Secret<string>): Promise<JWK> {
  const jwk = await exportJWK(createPublicKey(privateKeyPem.reveal()))
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), use: 'sig', alg: algorithm }
}
