import type { Random } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { hashOf } from '../tokens.ts'

const codes = 10
/** 120 bits: a plain hash of it cannot be tried out. */
const bytes = 15

/** `3f0a9-…`: five hexadecimal digits, six times. */
const newCode = (random: Random): string => random.bytes(bytes).toString('hex').match(/.{5}/g)?.join('-') ?? ''

/** New ones, and what is stored of them. */
export function newRecoveryCodes(random: Random): { shown: Secret<string>[]; hashes: Buffer[] } {
  const texts = Array.from({ length: codes }, () => newCode(random))
  return { shown: texts.map((text) => new Secret(text)), hashes: texts.map(recoveryHash) }
}

/** Also of a code that was typed in another case, with blanks or without the lines between. */
export const recoveryHash = (typed: string): Buffer => hashOf(typed.toLowerCase().replaceAll(/[^0-9a-f]/g, ''))
