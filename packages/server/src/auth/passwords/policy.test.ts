import { expect, test } from 'vitest'
import { defaultPolicy, passwordAge } from './policy.ts'
import { problemOfPassword, problemOfPolicy } from './rules.ts'

const dayMs = 24 * 60 * 60_000
const setAt = new Date('2026-01-01T00:00:00Z')
const after = (days: number): number => setAt.getTime() + days * dayMs

test.each([
  // days, asked after, expired, reminded
  [30, 24.9, false, false],
  [30, 25, false, true],
  [30, 29.9, false, true],
  [30, 30, true, true],
  [0, 10_000, false, false],
  [999, 10_000, false, false],
])('of a password for %d days, %d days old: expired %s, reminded %s', (days, age, isExpired, isReminded) => {
  const policy = { ...defaultPolicy, expiryDurationInDays: days }
  expect(passwordAge(policy, setAt, after(age))).toMatchObject({ isExpired, isReminded })
})

test('a password nobody knows the age of does not expire', () => {
  expect(passwordAge({ expiryDurationInDays: 1 }, null, after(0)).expiresAt).toBeNull()
})

test('a rule is searched in the password, as RE2 does it, and then nothing else counts', () => {
  const policy = { isRegex: true, regex: '^[a-z]+-[0-9]{4}$', minNumOfBlockLetters: 3 }
  expect(problemOfPassword(policy, 'horse-2026')).toBeNull()
  expect(problemOfPassword(policy, 'Horse-2026')).toContain('^[a-z]+-[0-9]{4}$')
  expect(problemOfPassword({ isRegex: true, regex: 'x' }, 'x')).toContain('at least 6')
})

test.each(['(?=.*a)', '(a)\\1', 'a{1001}', '(', `${'.{0,999}'.repeat(30)}[^a]$`, '(.{0,99}){0,99}x', 'a'.repeat(257)])(
  '%s is refused, with what to do',
  (regex) => {
    expect(problemOfPolicy({ isRegex: true, regex })).toMatchObject({ field: 'regex' })
  },
)

test('a rule that makes other engines go back for ever is answered at once', () => {
  const policy = { isRegex: true, regex: '^(a+)+$', maxLength: 1024 }
  expect(problemOfPolicy(policy)).toBeNull()
  expect(problemOfPassword(policy, `${'a'.repeat(1000)}!`)).toContain('does not match')
})
