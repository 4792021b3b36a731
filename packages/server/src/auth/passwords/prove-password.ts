import type { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { Parts } from '../parts.ts'
import { signInLimits } from '../sign-in/sign-in-limits.ts'
import { foldEmail, longestPassword } from '../users.ts'
import { hashPassword, verifyPassword } from './hash.ts'

export interface PasswordTry {
  /** As it was typed. */
  email: string
  password: string
  /** Where it comes from. */
  ip: string
}

/**
 * Compares passwords of one sort of people, slows down guessing, and takes as long for nobody as for somebody. `find` reads who has the
 * e-mail, and must do the same work for nobody; `wrong` is the one refusal.
 */
export function passwordProver({ clock, random }: Pick<Parts, 'clock' | 'random'>, wrong: () => AtriumError) {
  const throttle = signInLimits(clock)
  // Compared when there is no such person.
  const decoy = hashPassword(new Secret(random.bytes(16).toString('hex')), random)
  return async <T extends { hash: string }>(
    { email: typed, password, ip }: PasswordTry,
    find: (email: string) => Promise<T | null>,
  ): Promise<T & { email: string }> => {
    const email = foldEmail(typed)
    throttle.check(email, ip)
    if (password.length > longestPassword) throw wrong()
    const found = await find(email)
    const matches = await verifyPassword(new Secret(password), found?.hash ?? (await decoy))
    if (!found || !matches) {
      throttle.fail(email, ip)
      throw wrong()
    }
    // Guesses sent at once all passed the first check: while others fail, a right one tells nothing either.
    throttle.check(email, ip)
    throttle.succeed(email, ip)
    return { ...found, email }
  }
}
