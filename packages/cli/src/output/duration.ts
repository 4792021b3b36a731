import { InvalidArgumentError } from 'commander'

const unitsMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Milliseconds of `90s`, `10m`, `1h30m`, `2d`; a number alone is seconds. Of an option's value: throws saying what to write. */
export function durationMs(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  if (!/^(\d{1,9}[smhd]){1,4}$/.test(text)) throw new InvalidArgumentError('Write it like 90s, 10m, 1h30m or 2d.')
  const parts = [...text.matchAll(/(\d+)([smhd])/g)]
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * unitsMs[unit as keyof typeof unitsMs], 0)
}
