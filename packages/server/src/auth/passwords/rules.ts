import { RE2JS } from 're2js'
import { longestPassword, shortestPassword } from '../users.ts'
import type { PasswordPolicy } from './policy.ts'

/** Each kind of characters that a policy counts. */
const classes = [
  { field: 'minNumOfBlockLetters', pattern: /\p{Lu}/gu, name: 'capital letters' },
  { field: 'minNumOfSmallLetters', pattern: /\p{Ll}/gu, name: 'small letters' },
  { field: 'minNumOfDigits', pattern: /\p{Nd}/gu, name: 'digits' },
  { field: 'minNumOfSpecialCharacters', pattern: /[^\p{L}\p{Nd}]/gu, name: 'special characters' },
] as const

const longestRegex = 256
/** In steps of the engine for each character: a password of 1,024 is answered in less than 0.1 s; without a limit it takes 11 s. */
const largestRegex = 1_000
const longestDays = 36_500

/** What is wrong with a policy: a field and why; null = nothing. One that no password fits, or that cannot be kept to, is refused. */
export function problemOfPolicy(policy: PasswordPolicy): { field: string; text: string } | null {
  const { minLength = shortestPassword, maxLength } = policy
  const longest = maxLength || longestPassword
  if (minLength < shortestPassword || longest > longestPassword || minLength > longest) {
    const text = `passwords have between ${shortestPassword} and ${longestPassword} characters, and the minimum is not above the maximum`
    return { field: minLength < shortestPassword ? 'minLength' : 'maxLength', text }
  }
  const negative = classes.find(({ field }) => (policy[field] ?? 0) < 0)
  if (negative) return { field: negative.field, text: 'cannot be negative' }
  if (classes.reduce((sum, { field }) => sum + (policy[field] ?? 0), 0) > longest) {
    return { field: 'maxLength', text: 'the minimum numbers do not fit into it' }
  }
  return problemOfDays(policy) ?? problemOfRegex(policy)
}

function problemOfDays({ expiryDurationInDays = 0, firstReminderInDays = 0 }: PasswordPolicy) {
  if (expiryDurationInDays < 0 || expiryDurationInDays > longestDays) {
    return { field: 'expiryDurationInDays', text: `must be between 0 (never) and ${longestDays}` }
  }
  if (firstReminderInDays < 0 || firstReminderInDays > longestDays) {
    return { field: 'firstReminderInDays', text: `must be between 0 and ${longestDays} days before the end` }
  }
  return null
}

function problemOfRegex({ isRegex, regex = '' }: PasswordPolicy) {
  if (isRegex === true && regex === '') return { field: 'regex', text: 'is missing' }
  if (regex.length > longestRegex) return { field: 'regex', text: `has more than ${longestRegex} characters` }
  try {
    if (RE2JS.compile(regex).programSize() <= largestRegex) return null
    return { field: 'regex', text: 'is too much work to match. Repeat less: {1,100} instead of {1,1000}' }
  } catch {
    // Whatever the engine cannot do: look-around and back-references cannot be matched in linear time.
    const text =
      'is no regular expression of RE2, which knows no (?=…), (?!…) and \\1. Use the minimum numbers for those'
    return { field: 'regex', text }
  }
}

/** Why the policy does not allow this password, with everything that it lacks; null = it does. */
export function problemOfPassword(policy: PasswordPolicy, password: string): string | null {
  const { minLength = shortestPassword, maxLength } = policy
  const longest = maxLength || longestPassword
  if (password.length > longest) return `has more than ${longest} characters`
  if (policy.isRegex === true && policy.regex) {
    if (password.length < shortestPassword) return `needs at least ${shortestPassword} characters`
    const isFound = RE2JS.compile(policy.regex).matcher(password).find()
    return isFound ? null : `does not match the organisation's rule ${policy.regex}`
  }
  const lacks = classes
    .map(({ field, pattern, name }) => ({ name, least: policy[field] ?? 0, found: password.match(pattern) ?? [] }))
    .filter(({ least, found }) => found.length < least)
    .map(({ name, least }) => `${least} ${name}`)
  if (password.length < minLength) lacks.unshift(`${minLength} characters`)
  return lacks.length === 0 ? null : `needs at least ${lacks.join(', ')}`
}

/** As a password is compared with those that nobody may use. */
export const foldPassword = (password: string): string => password.normalize('NFKC').toLowerCase()
