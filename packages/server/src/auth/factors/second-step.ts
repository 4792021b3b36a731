import { isoIn, isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import type { Sql } from '../../store/database.ts'
import { audit } from '../../store/identity/audit.ts'
import {
  type ChallengeRow,
  deleteChallenge,
  selectChallenge,
  setChallenge,
  setProven,
} from '../../store/identity/challenges.ts'
import type { SessionOrigin } from '../../store/identity/credentials.ts'
import { lockFactors, noteFactorFailures } from '../../store/identity/factor-failures.ts'
import { selectAuthenticators, useAuthenticator } from '../../store/identity/factors.ts'
import type { Identity } from '../identity.ts'
import type { Parts } from '../parts.ts'
import type { PasswordAge } from '../passwords/policy.ts'
import { finishSignIn, passwordExpired } from '../sign-in/finish-sign-in.ts'
import type { Person } from '../sign-in/sign-in-identity.ts'
import { tooManyFailures } from '../sign-in/sign-in-limits.ts'
import { blockMs } from '../sign-in/throttle.ts'
import { hashOf } from '../tokens.ts'
import { proveByCode } from './prove-code.ts'
import { authenticationOptions, verifyAuthentication } from './webauthn.ts'

/** Wrong ones in a row before the waits begin. */
const freeFailures = 5

/** The same for every reason. */
const wrongFactor = (): AtriumError =>
  new AtriumError(
    'Unauthorized',
    'The second factor is wrong or was used before, or the first step of this sign-in is not valid (any more).',
  )

/** Proves a factor of the person in the caller's transaction, and says which it was; null = it is wrong. */
type Prove = (sql: Sql, person: Person, challenge: ChallengeRow) => Promise<string | null>
type Outcome = { token: Secret<string> } | { refusal: AtriumError }

interface Try {
  hash: Buffer
  person: Person
  age: PasswordAge
  prove: Prove
  origin: SessionOrigin
}

/** Counts what was wrong in the transaction that found it. */
async function refuse({ clock }: Parts, sql: Sql, person: Person, failures: number): Promise<Outcome> {
  const { tenant, userUid, email } = person
  const waitMs = blockMs(failures, freeFailures)
  const blockedUntil = waitMs === 0 ? null : isoIn(clock, waitMs)
  await noteFactorFailures(sql, tenant, userUid, { failures, blockedUntil })
  const actor = { type: 'user', uid: userUid, name: email } as const
  const message = 'the password was right, the second factor wrong'
  await audit(sql, clock, tenant, actor, { action: 'refuse', kind: 'Session', uid: userUid, name: email, message })
  return { refusal: wrongFactor() }
}

/** One try, with the user's row held. It answers refusals instead of throwing them: what it counted stays. */
async function tryOnce(parts: Parts, sql: Sql, { hash, person, age, prove, origin }: Try): Promise<Outcome> {
  const { clock } = parts
  const { tenant, userUid } = person
  const lock = await lockFactors(sql, tenant, userUid)
  // Read once nobody else can use it: of tries sent at once, each finds what the one before left.
  const challenge = await selectChallenge(sql, tenant, hash, { purpose: 'signIn', at: isoNow(clock) })
  if (!lock || !challenge) return { refusal: wrongFactor() }
  const waitMs = lock.blockedUntil - clock.now()
  if (waitMs > 0) return { refusal: tooManyFailures(waitMs) }
  const how = await prove(sql, person, challenge)
  if (how === null) return refuse(parts, sql, person, lock.failures + 1)
  if (lock.failures > 0) await noteFactorFailures(sql, tenant, userUid, { failures: 0, blockedUntil: null })
  if (age.isExpired) {
    await setProven(sql, tenant, hash)
    return { refusal: passwordExpired(age.expiresAt ?? '') }
  }
  await deleteChallenge(sql, tenant, hash)
  return { token: await finishSignIn(parts, sql, person, `a password and ${how}`, origin) }
}

type Methods = 'proveCode' | 'startAuthenticator' | 'proveAuthenticator'

/** What a right password alone does not open. */
export function secondStep(
  parts: Parts,
  { holderOf, passwordAge }: Pick<Identity, 'holderOf' | 'passwordAge'>,
): Pick<Identity, Methods> {
  const { database, clock, random } = parts

  const waiting = async (token: string): Promise<Person> => {
    const holder = await holderOf(token)
    if (!holder || holder.isSession) throw wrongFactor()
    return holder
  }

  const attempt = async (token: string, origin: SessionOrigin, prove: Prove): Promise<Secret<string>> => {
    const person = await waiting(token)
    const one = { hash: hashOf(token), person, age: await passwordAge(person), prove, origin }
    const outcome = await database.withTenant(person.tenant, (sql) => tryOnce(parts, sql, one))
    if ('refusal' in outcome) throw outcome.refusal
    return outcome.token
  }

  return {
    proveCode: (token, code, origin) => attempt(token, origin, (sql, person) => proveByCode(parts, sql, person, code)),

    async startAuthenticator(token, party) {
      const { tenant, userUid } = await waiting(token)
      const known = await database.withTenant(tenant, (sql) => selectAuthenticators(sql, tenant, userUid))
      if (known.length === 0) {
        throw new AtriumError('InvalidState', 'You have registered no authenticator. Use a code instead.')
      }
      const options = await authenticationOptions(party, known, random)
      await database.withTenant(tenant, (sql) => setChallenge(sql, tenant, hashOf(token), options.challenge))
      return options
    },

    proveAuthenticator: (token, response, party, origin) =>
      attempt(token, origin, async (sql, { tenant, userUid }, { challenge }) => {
        const known = await selectAuthenticators(sql, tenant, userUid)
        const one = known.find(({ credentialId }) => credentialId === response.id)
        // Signed once, right or wrong.
        await setChallenge(sql, tenant, hashOf(token), null)
        if (!one || challenge === null) return null
        const right = await verifyAuthentication(party, challenge, response, one)
        if (right === null) return null
        await useAuthenticator(sql, tenant, userUid, { ...right, name: one.name, at: isoNow(clock) })
        return `authenticator '${one.name}'`
      }),
  }
}
