import { expect, test } from 'vitest'
import { enrolment, stepOf } from './totp.ts'

/** The secret of RFC 6238, appendix B; its codes have eight digits, of which apps show the last six. */
const secret = Buffer.from('12345678901234567890')

test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
])('at second %d the code is %s, as RFC 6238 says', (second, code) => {
  expect(stepOf(secret, code, second * 1000)).toBe(Math.floor(second / 30))
})

test('a code counts one step early and one late, and not two', () => {
  const at = 59_000
  expect(stepOf(secret, '287082', at + 30_000)).toBe(1)
  expect(stepOf(secret, '287082', at + 60_000)).toBeNull()
})

test('an app gets the secret in base32', () => {
  const { secret: typed, uri } = enrolment(secret, 'ann@example.com')
  expect(typed).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
  expect(new URL(uri).searchParams.get('secret')).toBe(typed)
  expect(uri).toMatch(/^otpauth:\/\/totp\/Atrium:ann%40example\.com\?/)
})
