import { systemTenant } from '@atrium/runtime/store/store.ts'
import { selectSetting } from '../../store/identity/settings.ts'
import { selectPasswordTime } from '../../store/identity/users.ts'
import type { Identity } from '../identity.ts'
import type { Parts } from '../parts.ts'
import { passwordAge, passwordPolicyOf } from './policy.ts'
import { foldPassword, problemOfPassword } from './rules.ts'

/** The setting of tenant `system` with what nobody's password may be: `{ passwords }`, folded. */
export const blockListName = 'passwordBlockList'

/** Holds passwords to the rules of their tenant and of the installation. */
export const passwordChecks = ({ database, clock }: Parts): Pick<Identity, 'passwordAge' | 'problemOfPassword'> => ({
  async passwordAge({ tenant, userUid }) {
    const policy = await passwordPolicyOf(database, tenant)
    const setAt = await selectPasswordTime(database.readsOf(tenant), tenant, userUid)
    return passwordAge(policy, setAt, clock.now())
  },

  async problemOfPassword(tenant, password) {
    const text = password.reveal()
    const problem = problemOfPassword(await passwordPolicyOf(database, tenant), text)
    if (problem !== null) return problem
    const list = await selectSetting(database.readsOf(systemTenant), systemTenant, null, blockListName)
    const blocked = (list?.['passwords'] ?? []) as string[]
    return blocked.includes(foldPassword(text)) ? 'is one that many people use. Choose another one' : null
  },
})
