import { randomBytes } from 'node:crypto'

/** Randomness as an injected capability. */
export interface Random {
  bytes(length: number): Buffer
  /** A number in [0, 1): jitter and choices, never secrets. */
  fraction(): number
}

export const systemRandom: Random = {
  bytes: (length) => randomBytes(length),
  fraction: () => randomBytes(4).readUInt32BE(0) / 2 ** 32,
}

/** A uid as the public API knows them: 24 hexadecimal digits. */
export const newUid = (random: Random): string => random.bytes(12).toString('hex')

/** `delayMs` spread evenly by ± `share` (0.2 = ±20 %), so that many clients do not act as one. */
export const withJitter = (delayMs: number, share: number, random: Random): number =>
  Math.round(delayMs * (1 - share + 2 * share * random.fraction()))
