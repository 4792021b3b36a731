import type { Secret } from '@atrium/runtime/base/secret.ts'
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'
import type { SessionOrigin, SessionRow } from '../../store/identity/credentials.ts'
import type { FactorInfo } from '../../store/identity/factors.ts'
import type { RelyingParty } from '../factors/webauthn.ts'
import type { Scope } from '../identity.ts'
import type { IssuedLink } from '../passwords/issue-link.ts'
import type { PasswordAge } from '../passwords/policy.ts'
import type { PasswordTry } from '../passwords/prove-password.ts'

/** A user who proved who they are. */
export interface Person {
  tenant: string
  userUid: string
  email: string
}

/** Somebody who adds a second factor: in a session, or in a sign-in that waits for their first one. */
export interface Enrolling extends Person {
  isSession: boolean
}

/** Who holds a token: of a session, or of a sign-in that waits for a second factor. */
export interface TokenHolder extends Enrolling {
  /** The second factor was right too: only an expired password stands in the way. Of a session always. */
  isProven: boolean
}

/** Somebody whose password was right, and the hash that it was compared with. */
export interface ProvenPerson extends Person {
  passwordHash: string
}

export interface PasswordInput extends PasswordTry {
  /** May be absent when the e-mail exists in one tenant only. */
  org?: string | undefined
  /** Uid of the tenant, where it is known. */
  tenant?: string | undefined
}

/** How people sign in, and what they keep for it. */
export interface SignInIdentity {
  /**
   * The first step: a session, or, when `isMfa`, a token that opens one together with a second factor. Rejects with
   * `Unauthorized`, in the same time whatever is wrong, and with `PasswordExpired`; too many failures of one e-mail or
   * address are refused for a while.
   */
  signIn(input: PasswordInput & Pick<SessionOrigin, 'client'>): Promise<{ token: Secret<string>; isMfa: boolean }>
  /** As `signIn`, and opens nothing. */
  provePassword(input: PasswordInput): Promise<ProvenPerson>
  holderOf(token: string): Promise<TokenHolder | null>

  /** The second step, by a code of an app or a recovery code. Rejects with `Unauthorized` and `PasswordExpired`. */
  proveCode(token: string, code: string, origin: SessionOrigin): Promise<Secret<string>>
  /** Begins the second step by an authenticator. */
  startAuthenticator(token: string, party: RelyingParty): Promise<PublicKeyCredentialRequestOptionsJSON>
  proveAuthenticator(
    token: string,
    response: AuthenticationResponseJSON,
    party: RelyingParty,
    origin: SessionOrigin,
  ): Promise<Secret<string>>

  factors(person: Pick<Person, 'tenant' | 'userUid'>): Promise<FactorInfo[]>
  /** A new secret for an app: it counts once `confirmTotp` had a code of it. */
  startTotp(person: Person, name: string): Promise<{ secret: Secret<string>; uri: Secret<string> }>
  /** Recovery codes come with the first factor only. A sign-in that waited for one (`token`) becomes a session. */
  confirmTotp(
    person: Enrolling,
    code: string,
    token: string,
    origin: SessionOrigin,
  ): Promise<{ recoveryCodes: Secret<string>[]; session: Secret<string> | null }>
  startRegistration(person: Person, name: string, party: RelyingParty): Promise<PublicKeyCredentialCreationOptionsJSON>
  finishRegistration(
    person: Enrolling,
    name: string,
    response: RegistrationResponseJSON,
    party: RelyingParty,
  ): Promise<void>
  removeFactor(person: Person, name: string): Promise<void>
  /** Every factor and recovery code of a user, whose sessions end. */
  resetFactors(scope: Scope, userUid: string): Promise<void>
  /** Former ones are worth nothing then. */
  renewRecoveryCodes(person: Person): Promise<Secret<string>[]>
  recoveryCodesLeft(person: Pick<Person, 'tenant' | 'userUid'>): Promise<number>

  /** A new token for a valid one; the old one ends. */
  refresh(token: string): Promise<Secret<string> | null>
  revokeToken(scope: Scope, token: string): Promise<void>
  /** Open sessions of the user; `token` tells which one asks. */
  sessions(person: Pick<Person, 'tenant' | 'userUid'>, token: string | null): Promise<SessionRow[]>
  /** Rejects with `ResourceNotFound` when the user has no such session. */
  endSession(scope: Scope, userUid: string, uid: string): Promise<void>
  /** All of a user, but that of `keptToken`, and sign-ins that are not finished. */
  endSessions(scope: Scope, userUid: string, keptToken?: string | null): Promise<void>

  /** What lets its holder set the password of a user, once. A former one ends. */
  createPasswordLink(scope: Scope, userUid: string): Promise<IssuedLink>
  passwordAge(person: Pick<Person, 'tenant' | 'userUid'>): Promise<PasswordAge>
  /** Why users of the tenant may not have this password, with everything that it lacks; null = they may. */
  problemOfPassword(tenant: string, password: Secret<string>): Promise<string | null>
}
