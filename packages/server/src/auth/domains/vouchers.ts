import { isoNow } from '@atrium/runtime/base/clock.ts'
import type { Actor } from '@atrium/runtime/store/store.ts'
import {
  type EmailDomain,
  lockDomain,
  selectDomains,
  selectTenantOfDomain,
  updateDomain,
} from '../../store/identity/email-domains.ts'
import { change, type Parts } from '../parts.ts'
import { recordOfTenant, requiredTenant } from '../tenants/tenants.ts'
import { isTaken, notListed, notVouched, taken } from './refusals.ts'

/** Operators say of themselves whose a domain is: where there is no name server to ask, or a single tenant. */
export interface DomainVouchers {
  /** Throws `ResourceNotFound` for a tenant that does not exist. */
  listOf(tenantUid: string): Promise<EmailDomain[]>
  /** From now on confirmed, and nobody looks at a record. Throws `ResourceConflict` where another tenant holds it. */
  vouch(actor: Actor, tenantUid: string, domain: string): Promise<void>
  /** Waits again to be proven by a record. Throws `InvalidState` for a domain that its record proves. */
  withdraw(actor: Actor, tenantUid: string, domain: string): Promise<void>
}

/** Throws `ResourceNotFound` for a domain that the tenant does not list, however it is written. */
export async function listedDomain(
  { database }: Pick<Parts, 'database'>,
  tenant: string,
  given: string,
): Promise<EmailDomain> {
  const name = given.toLowerCase()
  const found = (await selectDomains(database.readsOf(tenant), tenant)).find(({ domain }) => domain === name)
  if (!found) throw notListed(given)
  return found
}

export function domainVouchers(parts: Parts): DomainVouchers {
  const { database } = parts

  /** On the tenant's record and on the installation's, there first: what was not done then is asked for again. `next` throws what speaks against it. */
  const set = async (
    actor: Actor,
    tenantUid: string,
    given: string,
    { action, did, next }: { action: string; did: string; next: (before: EmailDomain, at: string) => EmailDomain },
  ): Promise<void> => {
    const tenant = await requiredTenant(parts, tenantUid)
    const found = await listedDomain(parts, tenantUid, given)
    const name = found.domain
    const holder = await selectTenantOfDomain(database.systemReads, name)
    if (next(found, isoNow(parts.clock)).confirmed && holder && holder.uid !== tenantUid) throw taken()
    await recordOfTenant(parts, actor, tenant, action, `${did} of '${name}'`)
    await change(parts, { tenant: tenantUid, actor }, async (sql, at) => {
      const before = await lockDomain(sql, tenantUid, name)
      if (!before) throw notListed(given)
      await updateDomain(sql, next(before, at))
      const entry = { action, kind: 'EmailDomain' as const, uid: name, name, message: did }
      return { result: undefined, entry }
    })
  }

  return {
    async listOf(tenantUid) {
      await requiredTenant(parts, tenantUid)
      return selectDomains(database.readsOf(tenantUid), tenantUid)
    },

    async vouch(actor, tenantUid, domain) {
      const next = (before: EmailDomain, at: string): EmailDomain => ({
        ...before,
        confirmed: { at: before.confirmed?.at ?? at, by: 'operator' },
        ...{ misses: 0, lostSince: null, reason: '', nextLookAt: null },
      })
      const did = 'vouched for the domain'
      await set(actor, tenantUid, domain, { action: 'confirm', did, next }).catch((error: unknown) => {
        throw isTaken(error) ? taken() : error
      })
    },

    async withdraw(actor, tenantUid, domain) {
      const next = (before: EmailDomain, at: string): EmailDomain => {
        if (before.confirmed?.by !== 'operator') throw notVouched(domain)
        const reason = 'An operator of this installation vouches for it no longer.'
        return { ...before, confirmed: null, misses: 0, reason, nextLookAt: at }
      }
      await set(actor, tenantUid, domain, { action: 'withdraw', did: 'vouches no longer for the domain', next })
    },
  }
}
