import { isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Sql } from '../../store/database.ts'
import { deleteChallenge, deleteChallengesOf } from '../../store/identity/challenges.ts'
import { deleteSessionsOf } from '../../store/identity/credentials.ts'
import { lockFactors, noteFactorFailures } from '../../store/identity/factor-failures.ts'
import * as rows from '../../store/identity/factors.ts'
import { countRecoveryCodes, replaceRecoveryCodes } from '../../store/identity/recovery-codes.ts'
import { selectUser } from '../../store/identity/users.ts'
import type { Identity } from '../identity.ts'
import { change, type Parts, userNotFound } from '../parts.ts'
import { finishSignIn } from '../sign-in/finish-sign-in.ts'
import type { Enrolling, Person } from '../sign-in/sign-in-identity.ts'
import { hashOf } from '../tokens.ts'
import { useAppCode } from './prove-code.ts'
import { newRecoveryCodes } from './recovery-codes.ts'
import { sealSecret } from './secrets.ts'
import { enrolment, totpSecretBytes } from './totp.ts'

/** Of one user. */
const mostFactors = 10

export const factorNotFound = (name: string): AtriumError =>
  new AtriumError('ResourceNotFound', `You have no second factor '${name}'.`)

/** Refuses a name that is taken, and one factor too many. */
export async function mustHaveRoom(sql: Sql, { tenant, userUid }: Person, name: string): Promise<void> {
  const present = await rows.selectFactors(sql, tenant, userUid)
  if (present.some((one) => one.name === name)) {
    throw new AtriumError('DuplicateName', `deviceName: you have a second factor '${name}'. Choose another name.`, {
      details: { field: 'deviceName' },
    })
  }
  if (present.length < mostFactors) return
  throw new AtriumError('ResourceLimitReached', `A user may have ${mostFactors} second factors. Remove one first.`, {
    details: { kind: 'mfaDevice', limit: mostFactors },
  })
}

/** Adding the first factor takes the password alone; of two who know it and add one at once, the second needs the other's. */
export async function mustStillEnrol(sql: Sql, { tenant, userUid, isSession }: Enrolling): Promise<void> {
  await lockFactors(sql, tenant, userUid)
  if (isSession || !(await rows.hasFactors(sql, tenant, userUid))) return
  throw new AtriumError('Unauthorized', 'Finish signing in with your second factor first.')
}

const wrongCode = (): AtriumError =>
  new AtriumError('InvalidRequest', 'code: is not what the app shows now. Check the clock of the device.', {
    details: { field: 'code' },
  })

const ended = (): AtriumError => new AtriumError('Unauthorized', 'This sign-in was ended. Sign in again.')

const asUser = ({ tenant, userUid, email }: Person) =>
  ({ tenant, actor: { type: 'user', uid: userUid, name: email } }) as const

export const factorEntry = (action: string, { userUid, email }: Person, message: string) =>
  ({ action, kind: 'User', uid: userUid, name: email, message }) as const

/** Recovery codes for somebody who has none. */
async function firstRecoveryCodes({ random }: Parts, sql: Sql, { tenant, userUid }: Person): Promise<Secret<string>[]> {
  if ((await countRecoveryCodes(sql, tenant, userUid)) > 0) return []
  const { shown, hashes } = newRecoveryCodes(random)
  await replaceRecoveryCodes(sql, tenant, userUid, hashes)
  return shown
}

type Methods =
  | 'factors'
  | 'startTotp'
  | 'confirmTotp'
  | 'removeFactor'
  | 'resetFactors'
  | 'renewRecoveryCodes'
  | 'recoveryCodesLeft'

/** What a user proves beside the password. */
export function factors(parts: Parts, { passwordAge }: Pick<Identity, 'passwordAge'>): Pick<Identity, Methods> {
  const { database, clock, random } = parts
  return {
    factors: ({ tenant, userUid }) => database.withTenant(tenant, (sql) => rows.selectFactors(sql, tenant, userUid)),

    async startTotp(person, name) {
      const secret = random.bytes(totpSecretBytes)
      await database.withTenant(person.tenant, async (sql) => {
        await mustHaveRoom(sql, person, name)
        const row = await sealSecret(parts, sql, person, name, secret)
        await rows.insertTotp(sql, person.tenant, person.userUid, { ...row, at: isoNow(clock) })
      })
      const { secret: text, uri } = enrolment(secret, person.email)
      return { secret: new Secret(text), uri: new Secret(uri) }
    },

    async confirmTotp(person, code, token, origin) {
      const age = await passwordAge(person)
      return change(parts, asUser(person), async (sql) => {
        await mustStillEnrol(sql, person)
        // A sign-in that waited for a first factor, unless it was ended meanwhile.
        const wasWaiting = await deleteChallenge(sql, person.tenant, hashOf(token))
        if (!person.isSession && !wasWaiting) throw ended()
        const name = await useAppCode(parts, sql, person, code.trim(), { isConfirmed: false })
        if (name === null) throw wrongCode()
        const recoveryCodes = await firstRecoveryCodes(parts, sql, person)
        // It has its factor now; an expired password is changed first.
        const session =
          wasWaiting && !age.isExpired
            ? await finishSignIn(parts, sql, person, `a password and '${name}'`, origin)
            : null
        const entry = factorEntry('addFactor', person, `added second factor '${name}', an app`)
        return { result: { recoveryCodes, session }, entry }
      })
    },

    removeFactor: (person, name) =>
      change(parts, asUser(person), async (sql) => {
        const { tenant, userUid } = person
        if ((await rows.deleteFactors(sql, tenant, userUid, name)) === 0) throw factorNotFound(name)
        if (!(await rows.hasFactors(sql, tenant, userUid))) await replaceRecoveryCodes(sql, tenant, userUid, [])
        return { result: undefined, entry: factorEntry('removeFactor', person, `removed second factor '${name}'`) }
      }),

    resetFactors: (scope, userUid) =>
      change(parts, scope, async (sql) => {
        const { tenant } = scope
        const user = await selectUser(sql, tenant, userUid)
        if (!user) throw userNotFound(userUid)
        const count = await rows.deleteFactors(sql, tenant, userUid, null)
        await replaceRecoveryCodes(sql, tenant, userUid, [])
        await noteFactorFailures(sql, tenant, userUid, { failures: 0, blockedUntil: null })
        await deleteSessionsOf(sql, tenant, userUid)
        await deleteChallengesOf(sql, tenant, userUid)
        const person = { tenant, userUid, email: user.email }
        const text = `removed all second factors (${count}) and recovery codes; all sessions ended`
        return { result: undefined, entry: factorEntry('resetFactors', person, text) }
      }),

    renewRecoveryCodes: (person) =>
      change(parts, asUser(person), async (sql) => {
        const { tenant, userUid } = person
        if (!(await rows.hasFactors(sql, tenant, userUid))) {
          throw new AtriumError('InvalidState', 'Recovery codes stand in for a second factor, and you have none yet.')
        }
        const { shown, hashes } = newRecoveryCodes(random)
        await replaceRecoveryCodes(sql, tenant, userUid, hashes)
        return { result: shown, entry: factorEntry('renewRecoveryCodes', person, 'made new recovery codes') }
      }),

    recoveryCodesLeft: ({ tenant, userUid }) =>
      database.withTenant(tenant, (sql) => countRecoveryCodes(sql, tenant, userUid)),
  }
}
