import type { v1TenantPasswordPolicyEntity } from '@atrium/api/generated/operations.d.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import type { Subject } from '../../../auth/subject.ts'
import { longestPassword, shortestPassword } from '../../../auth/users.ts'
import type { ServerContext } from '../../../context.ts'

export const passwordPolicyName = 'passwordPolicy'

/** What clients write to put a policy back; passwords do not expire. */
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
} as const satisfies v1TenantPasswordPolicyEntity

/** Each kind of characters that a policy counts. */
const classes = [
  { field: 'minNumOfBlockLetters', pattern: /\p{Lu}/gu, name: 'capital letters' },
  { field: 'minNumOfSmallLetters', pattern: /\p{Ll}/gu, name: 'small letters' },
  { field: 'minNumOfDigits', pattern: /\p{Nd}/gu, name: 'digits' },
  { field: 'minNumOfSpecialCharacters', pattern: /[^\p{L}\p{Nd}]/gu, name: 'special characters' },
] as const

/** Refuses a policy that no password fits, or that would be taken and not applied. */
export function checkPolicy(policy: v1TenantPasswordPolicyEntity): void {
  const { minLength = shortestPassword, maxLength, expiryDurationInDays = neverExpires } = policy
  if (policy.isRegex === true || policy.regex) {
    throw notApplied('regex', 'passwords are not held to regular expressions. Use the minimum numbers instead')
  }
  if (expiryDurationInDays !== neverExpires && expiryDurationInDays !== 0) {
    throw notApplied('expiryDurationInDays', `passwords do not expire yet. Leave it at ${neverExpires}`)
  }
  const longest = maxLength || longestPassword
  if (minLength < shortestPassword || longest > longestPassword || minLength > longest) {
    const text = `passwords have between ${shortestPassword} and ${longestPassword} characters, and the minimum is not above the maximum`
    throw refused('InvalidRequest', minLength < shortestPassword ? 'minLength' : 'maxLength', text)
  }
  const counts = classes.map(({ field }) => policy[field] ?? 0)
  const negative = classes.find(({ field }) => (policy[field] ?? 0) < 0)
  if (negative) throw refused('InvalidRequest', negative.field, 'cannot be negative')
  if (counts.reduce((sum, count) => sum + count, 0) > longest) {
    throw refused('InvalidRequest', 'maxLength', 'the minimum numbers do not fit into it')
  }
}

/** Refuses a password that the tenant's policy does not allow, and says everything it lacks. */
export async function checkPassword(
  { identity }: ServerContext,
  { tenant }: Subject,
  field: string,
  password: Secret<string>,
): Promise<void> {
  const policy: v1TenantPasswordPolicyEntity = (await identity.setting(tenant, passwordPolicyName)) ?? {}
  const { minLength = shortestPassword, maxLength } = policy
  const text = password.reveal()
  const lacks = classes
    .map(({ field: minimum, pattern, name }) => ({
      name,
      least: policy[minimum] ?? 0,
      found: text.match(pattern) ?? [],
    }))
    .filter(({ least, found }) => found.length < least)
    .map(({ name, least }) => `${least} ${name}`)
  if (text.length < minLength) lacks.unshift(`${minLength} characters`)
  if (lacks.length > 0) throw refused('InvalidRequest', field, `needs at least ${lacks.join(', ')}`)
  const longest = maxLength || longestPassword
  if (text.length > longest) throw refused('InvalidRequest', field, `has more than ${longest} characters`)
}

const refused = (code: 'InvalidRequest' | 'NotImplemented', field: string, text: string): AtriumError =>
  new AtriumError(code, `${field}: ${text}.`, { details: { field } })

const notApplied = (field: string, text: string): AtriumError => refused('NotImplemented', field, text)
