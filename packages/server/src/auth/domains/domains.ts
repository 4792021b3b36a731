import type { v1TenantDomains } from '@atrium/api/generated/operations.d.ts'
import { isoIn, isoNow } from '@atrium/runtime/base/clock.ts'
import { inParallel } from '@atrium/runtime/base/parallel.ts'
import { RateLimiter } from '@atrium/runtime/base/rate-limit.ts'
import { systemActor } from '@atrium/runtime/controller/actor.ts'
import type { Actor } from '@atrium/runtime/store/store.ts'
import type { Sql } from '../../store/database.ts'
import { audit } from '../../store/identity/audit.ts'
import * as rows from '../../store/identity/email-domains.ts'
import type { Scope } from '../identity.ts'
import { change, type Parts } from '../parts.ts'
import { writeSetting } from '../tenants/tenants.ts'
import { challengeOf } from './challenge.ts'
import { judge, type Look, lookOf } from './judge.ts'
import { isTaken, notListed, taken, tooOften } from './refusals.ts'
import type { LookUpTxt } from './txt-lookup.ts'
import { type DomainVouchers, domainVouchers, listedDomain } from './vouchers.ts'

type EmailDomain = rows.EmailDomain

/** The domains of e-mails that tenants say are theirs, and whether they are. */
export interface Domains extends DomainVouchers {
  /** Keeps what the tenant says, as it was said; domains in it that are new wait to be proven. */
  put(scope: Scope, document: v1TenantDomains): Promise<void>
  list(tenant: string): Promise<EmailDomain[]>
  /** Looks at the record now. Throws `ResourceNotFound`, `TooManyRequests`, and `ResourceConflict` where another tenant holds the domain. */
  check(scope: Scope, domain: string): Promise<EmailDomain>
  /** Looks at those whose time has come; `signal` ends it early. */
  lookAtDue(signal: AbortSignal): Promise<void>
}

/** A tenant's own looks: ten at once, then one in five seconds. */
const checkLimit = { burst: 10, perSecond: 0.2 }
const due = { limit: 20, atOnce: 5, takenMs: 5 * 60_000 }
const background = systemActor('domain check')

export function createDomains(parts: Parts, lookUp: LookUpTxt): Domains {
  const { database, clock } = parts
  const checks = new RateLimiter(clock, checkLimit)

  /** Keeps what a look found: of whoever holds the domain already, it is theirs. Null = it is listed no longer. */
  const keep = async ({ tenant, actor }: Scope, domain: string, look: Look): Promise<EmailDomain | null> => {
    const keepAs = (found: Look) =>
      database.withTenant(tenant, async (sql) => {
        const before = await rows.lockDomain(sql, tenant, domain)
        if (!before) return null
        const after = judge(before, found, clock.now())
        await rows.updateDomain(sql, after)
        await record(parts, sql, actor, before, after)
        return after
      })
    try {
      return await keepAs(look)
    } catch (error) {
      if (!isTaken(error)) throw error
      return keepAs({ ...look, outcome: 'taken' })
    }
  }

  const lookAt = async (scope: Scope, domain: string, signal?: AbortSignal): Promise<EmailDomain | null> => {
    if (signal?.aborted) return null
    const challenge = challengeOf(scope.tenant, domain)
    const answer = await lookUp(challenge.name, signal)
    return signal?.aborted ? null : keep(scope, domain, lookOf(answer, challenge))
  }

  return {
    ...domainVouchers(parts),
    list: (tenant) => rows.selectDomains(database.readsOf(tenant), tenant),

    put: (scope, document) =>
      change(parts, scope, async (sql, at) => {
        const listed = new Set((document.domains ?? []).map((domain) => domain.toLowerCase()))
        // First: of two lists written at once, one waits here, and then finds what the other listed.
        const written = await writeSetting(sql, scope.tenant, { project: null, name: 'domains', value: document, at })
        await rows.listDomains(sql, scope.tenant, [...listed], at)
        return written
      }),

    async check(scope, given) {
      const { domain } = await listedDomain(parts, scope.tenant, given)
      if (!checks.take(scope.tenant)) throw tooOften(1 / checkLimit.perSecond)
      const found = await lookAt(scope, domain)
      if (!found) throw notListed(given)
      if (found.lastLook?.outcome === 'taken') throw taken()
      return found
    },

    async lookAtDue(signal) {
      for (;;) {
        const times = { at: isoNow(clock), until: isoIn(clock, due.takenMs), limit: due.limit }
        const found = await database.asSystem((sql) => rows.takeDueDomains(sql, times))
        if (found.length === 0) return
        await inParallel(found, due.atOnce, ({ tenant, domain }) =>
          lookAt({ tenant, actor: background }, domain, signal),
        )
        if (signal.aborted) return
      }
    },
  }
}

/** On the tenant's record: when a domain becomes confirmed, and when it is confirmed no longer. */
async function record(
  { clock }: Parts,
  sql: Sql,
  actor: Actor,
  before: EmailDomain,
  { tenant, domain, confirmed, reason }: EmailDomain,
): Promise<void> {
  if ((before.confirmed === null) === (confirmed === null)) return
  const message = confirmed ? 'its record proves that the domain is ours' : `confirmed no longer. ${reason}`
  const action = confirmed ? 'confirm' : 'withdraw'
  await audit(sql, clock, tenant, actor, { action, kind: 'EmailDomain', uid: domain, name: domain, message })
}
