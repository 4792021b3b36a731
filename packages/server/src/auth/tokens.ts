import { createHash, timingSafeEqual } from 'node:crypto'
import type { Random } from '@atrium/runtime/base/random.ts'

const secretBytes = 32
const form = /^([\w-]{1,64})\.([\w-]{43})$/

/** A new key or session token: `<tenant>.<256 random bits>`. The tenant in clear lets its look-up run as that tenant. */
export const newToken = (tenant: string, random: Random): string =>
  `${tenant}.${random.bytes(secretBytes).toString('base64url')}`

/** Which tenant to look in, and for what. */
export interface Token {
  tenant: string
  hash: Buffer
}

/** Null for anything that cannot be a token of ours. */
export function readToken(token: string): Token | null {
  const tenant = form.exec(token)?.[1]
  return tenant === undefined ? null : { tenant, hash: hashOf(token) }
}

/** The only form a token is stored in. 256 random bits need no slow hash. */
export const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()

/** Compares in the same time whatever differs. */
export const isSameSecret = (given: string, expected: string): boolean =>
  timingSafeEqual(hashOf(given), hashOf(expected))
