import { argon2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'

/** argon2id, 19 MiB, 2 passes: OWASP's first choice; 11 ms on one core. */
const settings = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const
const saltBytes = 16
const encoded = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/

const derive = promisify(argon2)
const toText = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')

/** The password as it is stored, in argon2's usual text form. */
export async function hashPassword(password: Secret<string>, random: Random): Promise<string> {
  const nonce = random.bytes(saltBytes)
  const tag = await derive('argon2id', { ...settings, message: password.reveal(), nonce })
  const { memory, passes, parallelism } = settings
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${toText(nonce)}$${toText(tag)}`
}

/** Whether it was made by other settings than today's: the next sign-in makes it anew. */
export function isOutdated(hash: string): boolean {
  const [, memory, passes, parallelism] = encoded.exec(hash) ?? []
  const made = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }
  return made.memory !== settings.memory || made.passes !== settings.passes || made.parallelism !== settings.parallelism
}

export async function verifyPassword(password: Secret<string>, hash: string): Promise<boolean> {
  const match = encoded.exec(hash)
  if (!match) throw new Error('a stored password hash is malformed')
  const [, memory, passes, parallelism, salt = '', tag = ''] = match
  const expected = Buffer.from(tag, 'base64')
  const actual = await derive('argon2id', {
    message: password.reveal(),
    nonce: Buffer.from(salt, 'base64'),
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: expected.length,
  })
  return timingSafeEqual(actual, expected)
}
