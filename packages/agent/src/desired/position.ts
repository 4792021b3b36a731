import type { DesiredPosition } from '../ports.ts'

/** Negative when `a` is older than `b`: a higher epoch wins, then a higher generation; nothing is oldest. */
export function comparePositions(a: DesiredPosition | null, b: DesiredPosition | null): number {
  if (a === null || b === null) return (a === null ? 0 : 1) - (b === null ? 0 : 1)
  return a.epoch - b.epoch || a.generation - b.generation
}
