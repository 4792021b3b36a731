import { type Random, withJitter } from '../base/random.ts'

export interface BackoffOptions {
  baseMs: number
  maxMs: number
}

/** Delay before the next try after `failures` failures in a row: doubles from `baseMs` up to `maxMs`, ±20 %. */
export function backoffMs(failures: number, options: BackoffOptions, random: Random): number {
  const doubled = options.baseMs * 2 ** Math.min(Math.max(0, failures - 1), 30)
  return withJitter(Math.min(options.maxMs, doubled), 0.2, random)
}
