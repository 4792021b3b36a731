import { createHash } from 'node:crypto'
import { isoIn, isoNow } from '@atrium/runtime/base/clock.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import type { Sql } from '../../store/database.ts'
import { deleteExpiredSessions, type SessionOrigin } from '../../store/identity/credentials.ts'
import { selectSetting } from '../../store/identity/settings.ts'
import { deleteExpiredTickets, insertTicket, type SsoOrigin, takeCode } from '../../store/identity/sso.ts'
import { violatedConstraint } from '../../store/pg-errors.ts'
import type { Parts } from '../parts.ts'
import { finishSignIn } from '../sign-in/finish-sign-in.ts'
import { mustBeActive } from '../tenants/tenants.ts'
import { hashOf, newToken, readToken } from '../tokens.ts'
import { flowMs, type SsoFlow } from './flow.ts'
import { mustBelong, type SsoPerson } from './person.ts'
import { SsoRefusal } from './refusal.ts'
import type { SsoSettings } from './settings.ts'
import { applyTeams } from './teams.ts'
import { userOf } from './users.ts'

/** A program asks for its session at once. */
const codeMs = 60_000

/** What a browser comes back with: a session, or a code for the program that waits on its machine. */
export type SignedIn = { token: Secret<string> } | { code: string; port: number }

/** Domains a tenant's people may have; none = any. */
async function domainsOf(sql: Sql, tenant: string): Promise<string[]> {
  const domains: unknown = (await selectSetting(sql, tenant, null, 'domains'))?.['domains']
  return Array.isArray(domains) ? domains.filter((one) => typeof one === 'string' && one !== '') : []
}

/** Lets somebody in whom the tenant's provider asserted: user, teams and session in one transaction. */
export async function signInPerson(
  parts: Parts,
  settings: SsoSettings,
  flow: SsoFlow,
  { person, origin }: { person: SsoPerson; origin: SsoOrigin },
  from: SessionOrigin,
): Promise<SignedIn> {
  const { tenant } = settings
  mustBeActive(tenant)
  await parts.database.asSystem((sql) => deleteExpiredSessions(sql, isoNow(parts.clock)))
  return again(() =>
    parts.database.withTenant(tenant.uid, async (sql) => {
      const at = isoNow(parts.clock)
      mustBelong(person, await domainsOf(sql, tenant.uid))
      await mustBeNew(parts, sql, flow, at)
      const user = await userOf(parts, sql, tenant.uid, at, person)
      await applyTeams(parts, sql, at, settings, user, person.teams)
      if (flow.loopback !== null) {
        const code = newToken(tenant.uid, parts.random)
        const { challenge, port } = flow.loopback
        const ticket = { challenge, origin, userUid: user.uid }
        await insertTicket(sql, tenant.uid, hashOf(code), isoIn(parts.clock, codeMs), ticket)
        return { code, port }
      }
      const known = { tenant: tenant.uid, userUid: user.uid, email: user.email }
      return { token: await finishSignIn(parts, sql, known, origin.provider, { ...from, sso: origin }) }
    }),
  )
}

/** The session for a program's code: once, and for whoever knows what the code was asked with. */
export async function exchangeCode(
  parts: Parts,
  { code, verifier }: { code: string; verifier: string },
  from: SessionOrigin,
): Promise<Secret<string>> {
  const known = readToken(code)
  if (!known) throw codeNotValid()
  const { tenant, hash } = known
  const opened = await parts.database.withTenant(tenant, async (sql) => {
    const ticket = await takeCode(sql, tenant, hash, isoNow(parts.clock))
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    // A code that was shown with the wrong verifier is used up: somebody else may have it.
    if (ticket?.challenge !== challenge) return null
    const { origin, userUid, email, tenantName, tenantState } = ticket
    mustBeActive({ name: tenantName, state: tenantState })
    return finishSignIn(parts, sql, { tenant, userUid, email }, origin.provider, { ...from, sso: origin })
  })
  if (!opened) throw codeNotValid()
  return opened
}

const codeNotValid = (): SsoRefusal =>
  new SsoRefusal('codeNotValid', 'The code is not valid any more, or belongs to another program. Sign in again.')

/** An answer of the provider signs in once, whoever shows it again. */
async function mustBeNew(parts: Parts, sql: Sql, { tenant, state }: SsoFlow, at: string): Promise<void> {
  await deleteExpiredTickets(sql, tenant, at)
  if (await insertTicket(sql, tenant, hashOf(state), isoIn(parts.clock, 2 * flowMs))) return
  throw new SsoRefusal('usedAlready', 'This sign-in was completed before. Begin a new one.')
}

/** Two first sign-ins of one person, or of two in a new team, make the same thing: whoever is second finds it. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (violatedConstraint(error)?.code !== 'unique') throw error
    return work()
  }
}
