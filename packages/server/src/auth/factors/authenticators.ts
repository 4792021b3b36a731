import { isoIn, isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import { deleteChallenge, insertChallenge, selectChallenge } from '../../store/identity/challenges.ts'
import { insertAuthenticator, selectAuthenticators } from '../../store/identity/factors.ts'
import type { Identity } from '../identity.ts'
import { change, type Parts, unique } from '../parts.ts'
import { challengeMs } from '../sign-in/sign-in.ts'
import { hashOf } from '../tokens.ts'
import { factorEntry, mustHaveRoom, mustStillEnrol } from './factors.ts'
import { registrationOptions, verifyRegistration } from './webauthn.ts'

const notFitting = (): AtriumError =>
  new AtriumError(
    'InvalidRequest',
    'The answer of the authenticator does not fit: it must sign the challenge of the newest start, once and within five minutes, at the address of this server.',
  )

/** The challenge an authenticator says that it signed; null when there is none to read. */
function challengeIn({ response }: RegistrationResponseJSON): string | null {
  try {
    const said: unknown = JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString('utf8'))
    return said instanceof Object && 'challenge' in said && typeof said.challenge === 'string' ? said.challenge : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** Registers authenticators: keys that a device keeps, and that sign for this server only. */
export function authenticators(parts: Parts): Pick<Identity, 'startRegistration' | 'finishRegistration'> {
  const { database, clock, random } = parts
  return {
    async startRegistration(person, name, party) {
      const { tenant, userUid, email } = person
      const known = await database.withTenant(tenant, async (sql) => {
        await mustHaveRoom(sql, person, name)
        return selectAuthenticators(sql, tenant, userUid)
      })
      const options = await registrationOptions(party, { uid: userUid, email }, known, random)
      const expiresAt = isoIn(clock, challengeMs)
      const row = {
        hash: hashOf(options.challenge),
        userUid,
        challenge: options.challenge,
        deviceName: name,
        expiresAt,
      }
      await database.withTenant(tenant, (sql) =>
        insertChallenge(sql, tenant, { ...row, purpose: 'registration', at: isoNow(clock) }),
      )
      return options
    },

    async finishRegistration(person, name, response, party) {
      const { tenant, userUid } = person
      const challenge = challengeIn(response)
      if (challenge === null) throw notFitting()
      // Used up first, in a transaction of its own: an answer that does not fit has no second try.
      const begun = await database.withTenant(tenant, async (sql) => {
        const at = isoNow(clock)
        const row = await selectChallenge(sql, tenant, hashOf(challenge), { purpose: 'registration', at })
        const isTheirs = row?.userUid === userUid && (name === '' || row.deviceName === name)
        return isTheirs && (await deleteChallenge(sql, tenant, hashOf(challenge))) ? row : null
      })
      const registered = begun && (await verifyRegistration(party, challenge, response))
      const deviceName = begun?.deviceName
      if (!registered || !deviceName) throw notFitting()
      const scope = { tenant, actor: { type: 'user', uid: userUid, name: person.email } } as const
      await unique('This authenticator, or one of this name, is registered already.', 'deviceName', () =>
        change(parts, scope, async (sql, at) => {
          await mustStillEnrol(sql, person)
          await mustHaveRoom(sql, person, deviceName)
          await insertAuthenticator(sql, tenant, userUid, { name: deviceName, ...registered, at })
          const text = `added second factor '${deviceName}', an authenticator`
          return { result: undefined, entry: factorEntry('addFactor', person, text) }
        }),
      )
    },
  }
}
