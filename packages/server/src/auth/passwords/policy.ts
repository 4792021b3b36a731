import type { v1TenantPasswordPolicyEntity } from '@atrium/api/generated/operations.d.ts'
import { systemTenant } from '@atrium/runtime/store/store.ts'
import type { Database } from '../../store/database.ts'
import { selectSetting } from '../../store/identity/settings.ts'
import { shortestPassword } from '../users.ts'

export type PasswordPolicy = v1TenantPasswordPolicyEntity

/** The setting's name, of a tenant and, as what holds where a tenant has none, of tenant `system`. */
export const passwordPolicyName = 'passwordPolicy'

/** What clients write to put a policy back: with it, or with 0, passwords do not expire. */
const neverExpires = 999

export const defaultPolicy = {
  expiryDurationInDays: neverExpires,
  firstReminderInDays: 5,
  isRegex: false,
  minLength: shortestPassword,
  minNumOfBlockLetters: 0,
  minNumOfDigits: 0,
  minNumOfSmallLetters: 0,
  minNumOfSpecialCharacters: 0,
  regex: '',
} as const satisfies PasswordPolicy

/** The tenant's own policy, else the installation's, else the built-in one. */
export async function passwordPolicyOf(database: Database, tenant: string): Promise<PasswordPolicy> {
  const read = (of: string): Promise<PasswordPolicy | null> =>
    selectSetting(database.readsOf(of), of, null, passwordPolicyName)
  return { ...defaultPolicy, ...((await read(tenant)) ?? (await read(systemTenant))) }
}

/** How long a password still holds. */
export interface PasswordAge {
  /** Null = for ever. */
  expiresAt: string | null
  isExpired: boolean
  /** The end is near: time to say so. */
  isReminded: boolean
}

const dayMs = 24 * 60 * 60_000

export function passwordAge(policy: PasswordPolicy, setAt: Date | null, nowMs: number): PasswordAge {
  const { expiryDurationInDays: days = neverExpires, firstReminderInDays = defaultPolicy.firstReminderInDays } = policy
  if (setAt === null || days === 0 || days === neverExpires) {
    return { expiresAt: null, isExpired: false, isReminded: false }
  }
  const end = setAt.getTime() + days * dayMs
  return {
    expiresAt: new Date(end).toISOString(),
    isExpired: nowMs >= end,
    isReminded: nowMs >= end - firstReminderInDays * dayMs,
  }
}
