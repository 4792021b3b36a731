import { isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Actor } from '@atrium/runtime/store/store.ts'
import { selectTenantCounts, type TenantCounts } from '../../store/identity/tenant-counts.ts'
import { selectAdministrator } from '../../store/identity/users.ts'
import type { ClustersFate, EndingTenant, Tenant, TenantDeletion } from '../../store/system-store.ts'
import type { Parts } from '../parts.ts'
import type { IssuedLink } from '../passwords/issue-link.ts'
import { userLinks } from '../passwords/links.ts'
import { recordOfTenant, requiredTenant } from './tenants.ts'

/** What the operator does with tenants that exist. Every change is on the installation's record. */
export interface TenantLife {
  /** Throws `ResourceNotFound`. */
  get(uid: string): Promise<EndingTenant & { counts: TenantCounts }>
  /** A link by which the tenant's first administrator sets a password; the former one is void. */
  invite(actor: Actor, uid: string): Promise<IssuedLink>
  /** Closed for everybody; what its clusters run stays as it is. */
  disable(actor: Actor, uid: string): Promise<void>
  enable(actor: Actor, uid: string): Promise<void>
  /**
   * Closes the tenant for good and begins to remove it. Asked again it takes the new choice, for clusters that are still there.
   * Throws `InvalidState` when there are clusters and no choice was made.
   */
  delete(actor: Actor, uid: string, choice: { clusters?: ClustersFate; force: boolean }): Promise<TenantDeletion>
}

export function tenantLife(parts: Parts): TenantLife {
  const { system, database, clock } = parts
  const { createPasswordLink } = userLinks(parts)
  const required = (uid: string): Promise<EndingTenant> => requiredTenant(parts, uid)
  const countsOf = (uid: string): Promise<TenantCounts> =>
    database.withTenant(uid, (sql) => selectTenantCounts(sql, uid))
  /** On the record first: what was not done then is asked for again. */
  const move = async (actor: Actor, tenant: Tenant, to: 'Active' | 'Disabled', message: string): Promise<void> => {
    await recordOfTenant(parts, actor, tenant, to === 'Active' ? 'enable' : 'disable', message)
    const from = to === 'Active' ? 'Disabled' : 'Active'
    if (!(await system.setTenantState(tenant.uid, [from], to))) throw notIn(await required(tenant.uid), from)
  }

  return {
    get: async (uid) => ({ ...(await required(uid)), counts: await countsOf(uid) }),

    async invite(actor, uid) {
      const tenant = await required(uid)
      if (tenant.state !== 'Pending') throw notIn(tenant, 'Pending')
      const user = await database.withTenant(uid, (sql) => selectAdministrator(sql, uid))
      if (!user) throw new AtriumError('InvalidState', `Tenant '${tenant.name}' has no user yet: create it once more.`)
      await recordOfTenant(parts, actor, tenant, 'invite', 'issued a link to begin with')
      return createPasswordLink({ tenant: uid, actor }, user.uid)
    },

    async disable(actor, uid) {
      const tenant = await required(uid)
      if (tenant.state === 'Disabled') return
      if (tenant.state !== 'Active') throw notIn(tenant, 'Active')
      await move(actor, tenant, 'Disabled', 'closed the tenant: sign-ins, keys and agents are refused, clusters run on')
    },

    async enable(actor, uid) {
      const tenant = await required(uid)
      if (tenant.state === 'Active') return
      if (tenant.state !== 'Disabled') throw notIn(tenant, 'Disabled')
      await move(actor, tenant, 'Active', 'opened the tenant again')
    },

    async delete(actor, uid, { clusters, force }) {
      const tenant = await required(uid)
      const { clusters: count } = await countsOf(uid)
      const fate = clusters ?? tenant.deletion?.clusters ?? (count === 0 ? 'delete' : undefined)
      if (fate === undefined) throw choiceMissing(tenant, count)
      const deletion = requested(tenant.deletion, { clusters: fate, force }, isoNow(clock), actor.name)
      const how = `clusters: ${fate}${deletion.force ? ', with force' : ''}`
      await recordOfTenant(parts, actor, tenant, 'delete', `asked to delete the tenant; ${how}`)
      await system.beginDeletion(uid, deletion)
      return deletion
    },
  }
}

const notIn = ({ name, state }: Tenant, wanted: string): AtriumError =>
  new AtriumError('InvalidState', `Tenant '${name}' is ${state}; this is for one that is ${wanted}.`, {
    details: { state },
  })

const choiceMissing = ({ name }: Tenant, count: number): AtriumError =>
  new AtriumError(
    'InvalidState',
    `Tenant '${name}' has ${count} cluster${count === 1 ? '' : 's'}. Say what becomes of them: clusters=delete removes them with what their clouds hold, clusters=unlink leaves them running without their agents.`,
    { details: { field: 'clusters', clusters: count } },
  )

/** A deletion as it begins, or goes on with another choice. Force is never taken back: what was given up is given up. */
function requested(
  before: TenantDeletion | null,
  { clusters, force }: { clusters: ClustersFate; force: boolean },
  at: string,
  requestedBy: string,
): TenantDeletion {
  const choice = { clusters, force: force || (before?.force ?? false), asked: false }
  if (before) return { ...before, ...choice }
  return {
    ...choice,
    requestedAt: at,
    requestedBy,
    phase: 'Requested',
    message: 'Waits for a server to begin.',
    since: at,
    done: 0,
    total: 0,
    remaining: [],
  }
}
