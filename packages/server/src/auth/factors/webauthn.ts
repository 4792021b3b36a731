import type { Random } from '@atrium/runtime/base/random.ts'
import type {
  AuthenticationResponseJSON,
  AuthenticatorTransport,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'
import type { AuthenticatorRow } from '../../store/identity/factors.ts'

/** Whom authenticators sign for: the server as browsers know it. */
export interface RelyingParty {
  /** `https://host:port`. */
  origin: string
  /** Its host. */
  id: string
}

export interface Registered {
  credentialId: string
  publicKey: Buffer
  signCount: number
  transports: string[]
}

const timeoutMs = 5 * 60_000
/** ES256, EdDSA, RS256: what authenticators have. */
const algorithms = [-7, -8, -257]

/** Loaded when somebody first uses an authenticator: parsers of certificates are no part of a server's start. */
const library = () => import('@simplewebauthn/server')

/** What a browser needs to register an authenticator. */
export async function registrationOptions(
  party: RelyingParty,
  user: { uid: string; email: string },
  known: readonly AuthenticatorRow[],
  random: Random,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { generateRegistrationOptions } = await library()
  return generateRegistrationOptions({
    rpName: 'Atrium',
    rpID: party.id,
    userName: user.email,
    userID: new TextEncoder().encode(user.uid),
    challenge: Uint8Array.from(random.bytes(32)),
    timeout: timeoutMs,
    // Which make of authenticator it is makes no difference here.
    attestationType: 'none',
    excludeCredentials: known.map(descriptor),
    authenticatorSelection: { userVerification: 'preferred', residentKey: 'discouraged' },
    supportedAlgorithmIDs: algorithms,
  })
}

/** What to keep of an authenticator; null when its answer does not fit challenge, origin or itself. */
export async function verifyRegistration(
  party: RelyingParty,
  challenge: string,
  response: RegistrationResponseJSON,
): Promise<Registered | null> {
  const { verifyRegistrationResponse } = await library()
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    requireUserVerification: false,
    supportedAlgorithmIDs: algorithms,
  }).catch(notFitting)
  if (!verified || !registrationInfo) return null
  const { id, publicKey, counter, transports = [] } = registrationInfo.credential
  return { credentialId: id, publicKey: Buffer.from(publicKey), signCount: counter, transports }
}

/** What a browser needs to sign in. */
export async function authenticationOptions(
  party: RelyingParty,
  known: readonly AuthenticatorRow[],
  random: Random,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { generateAuthenticationOptions } = await library()
  return generateAuthenticationOptions({
    rpID: party.id,
    challenge: Uint8Array.from(random.bytes(32)),
    timeout: timeoutMs,
    allowCredentials: known.map(descriptor),
    userVerification: 'preferred',
  })
}

/** What the authenticator counted; null when its answer does not fit. A count that does not rise is a copy's. */
export async function verifyAuthentication(
  party: RelyingParty,
  challenge: string,
  response: AuthenticationResponseJSON,
  one: AuthenticatorRow,
): Promise<{ signCount: number } | null> {
  const { verifyAuthenticationResponse } = await library()
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: party.origin,
    expectedRPID: party.id,
    credential: {
      id: one.credentialId,
      publicKey: Uint8Array.from(one.publicKey),
      counter: one.signCount,
      transports: one.transports as AuthenticatorTransport[],
    },
    requireUserVerification: false,
  }).catch(notFitting)
  return verified && authenticationInfo ? { signCount: authenticationInfo.newCounter } : null
}

const descriptor = ({ credentialId, transports }: AuthenticatorRow) => ({
  id: credentialId,
  transports: transports as AuthenticatorTransport[],
})

/** The library throws plain errors for whatever a stranger sent wrong, and does no I/O that could fail otherwise. */
const notFitting = (error: unknown): { verified: false; registrationInfo?: never; authenticationInfo?: never } => {
  if (error instanceof Error) return { verified: false }
  throw error
}
