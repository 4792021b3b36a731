import { isoNow } from '@atrium/runtime/base/clock.ts'
import { selectChallenge } from '../../store/identity/challenges.ts'
import { selectBySessionHash } from '../../store/identity/credentials.ts'
import type { Identity } from '../identity.ts'
import type { Parts } from '../parts.ts'
import { mustBeActive } from '../tenants/tenants.ts'
import { readToken } from '../tokens.ts'

/** Whose token it is, of either sort. */
export const tokenHolders = ({ database, clock }: Parts): Pick<Identity, 'holderOf'> => ({
  async holderOf(token) {
    const known = readToken(token)
    if (!known) return null
    const { tenant, hash } = known
    const sql = database.readsOf(tenant)
    const at = isoNow(clock)
    const session = await selectBySessionHash(sql, tenant, hash, at)
    const found = session ?? (await selectChallenge(sql, tenant, hash, { purpose: 'signIn', at }))
    if (!found) return null
    mustBeActive({ name: found.tenantName, state: found.tenantState })
    const { userUid, email } = found
    return { tenant, userUid, email, isSession: session !== null, isProven: !('isProven' in found) || found.isProven }
  },
})
