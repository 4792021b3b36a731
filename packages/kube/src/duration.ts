const unitsMs: Record<string, number> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, m: 6e4, h: 3.6e6 }
const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g
const DURATION = /^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h)){1,8}$/

/** Milliseconds of a duration as Go writes it (`90m` = `1h30m0s`), or null when it is none. */
export function parseDuration(value: unknown): number | null {
  if (typeof value !== 'string' || !DURATION.test(value)) return null
  let sum = 0
  for (const [, amount, unit] of value.matchAll(PART)) sum += Number(amount) * (unitsMs[unit ?? ''] ?? Number.NaN)
  return value.startsWith('-') ? -sum : sum
}
