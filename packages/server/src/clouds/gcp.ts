import type { Clock } from '@atrium/runtime/base/clock.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { importPKCS8, SignJWT } from 'jose'
import type { CloudAccess } from './client.ts'
import { type CloudRequest, formHeaders, readToken, refused } from './request.ts'

/** The file of a service account names another address too; credentials never go where their bearer says. */
const tokenUrl = 'https://oauth2.googleapis.com/token'
const lifeSeconds = 600

/** A token of the account's service account, for `scope`. */
export async function gcpToken(
  ask: CloudRequest,
  { secrets, at }: CloudAccess,
  clock: Clock,
  scope = 'https://www.googleapis.com/auth/cloud-platform',
): Promise<Secret<string>> {
  const field = `${at}jsonCredentials`
  const assertion = await signedBy(secrets['jsonCredentials'] ?? new Secret(''), scope, clock, field)
  const body = new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion })
  const answer = await ask(tokenUrl, { method: 'POST', headers: formHeaders, body: body.toString() }, field)
  const { token, error } = readToken(answer)
  if (token) return new Secret(token)
  throw refused(field, `Google does not take it (${error})`)
}

/** Asks Google for a token. */
export const checkGcp = async (ask: CloudRequest, account: CloudAccess, clock: Clock): Promise<void> => {
  await gcpToken(ask, account, clock)
}

async function signedBy(credentials: Secret<string>, scope: string, clock: Clock, field: string): Promise<string> {
  const { email, privateKey } = readServiceAccount(credentials.reveal(), field)
  // jose says of a key it cannot read what it looks like: nothing of that goes any further.
  const key = await importPKCS8(privateKey, 'RS256').catch(() => {
    throw refused(field, 'its private_key is no RSA key in PEM (PKCS #8)')
  })
  const now = Math.floor(clock.now() / 1000)
  return new SignJWT({ scope })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setIssuer(email)
    .setAudience(tokenUrl)
    .setIssuedAt(now)
    .setExpirationTime(now + lifeSeconds)
    .sign(key)
}

function readServiceAccount(text: string, field: string): { email: string; privateKey: string } {
  const { type, client_email: email, private_key: privateKey } = parsed(text, field)
  if (type !== 'service_account') throw refused(field, "is no key of a service account (type is not 'service_account')")
  if (typeof email !== 'string' || email === '') throw refused(field, 'lacks client_email')
  if (typeof privateKey !== 'string' || privateKey === '') throw refused(field, 'lacks private_key')
  return { email, privateKey }
}

function parsed(text: string, field: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>
  } catch {
    throw refused(field, 'is no JSON')
  }
}
