import { systemRandom } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { expect, test } from 'vitest'
import { hashPassword, verifyPassword } from './hash.ts'

test('a password opens its own hash only, and two hashes of it differ', async () => {
  const [one, two] = [
    await hashPassword(new Secret('correct'), systemRandom),
    await hashPassword(new Secret('correct'), systemRandom),
  ]
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect(one).not.toBe(two)
  expect(await verifyPassword(new Secret('correct'), one)).toBe(true)
  expect(await verifyPassword(new Secret('Correct'), one)).toBe(false)
})
