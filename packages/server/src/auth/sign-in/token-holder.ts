import { isoNow } from '@atrium/runtime/base/clock.ts'
import { selectChallenge } from '../../store/identity/challenges.ts'
import { selectBySessionHash } from '../../store/identity/credentials.ts'
import type { Identity } from '../identity.ts'
import type { Parts } from '../parts.ts'
import { mustBeActive } from '../tenants/tenants.ts'
import { readToken } from '../tokens.ts'

/** Whose token it is, of either sort. */
export const tokenHolders = ({ database, clock, system }: Parts): Pick<Identity, 'holderOf'> => ({
  async holderOf(token) {
    const known = readToken(token)
    if (!known) return null
    const { tenant, hash } = known
    const holder = await database.withTenant(tenant, async (sql) => {
      const at = isoNow(clock)
      const session = await selectBySessionHash(sql, tenant, hash, at)
      if (session) {
        return { tenant, userUid: session.userUid, email: session.email, isSession: true, isProven: true }
      }
      const challenge = await selectChallenge(sql, tenant, hash, { purpose: 'signIn', at })
      if (!challenge) return null
      const { userUid, email, isProven } = challenge
      return { tenant, userUid, email, isSession: false, isProven }
    })
    const found = holder && (await system.tenant(tenant))
    if (found) mustBeActive(found)
    return holder
  },
})
