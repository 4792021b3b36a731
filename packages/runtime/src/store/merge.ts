import type { Condition } from '@atrium/api/conditions.ts'
import { jsonCopy } from '../base/json.ts'

/** Conditions after a status write: those named are replaced in place, new ones follow, the others stay. */
export function mergeConditions(stored: Condition[], incoming: Condition[]): Condition[] {
  const byType = new Map(stored.map((condition) => [condition.type, condition]))
  for (const condition of incoming) byType.set(condition.type, condition)
  return [...byType.values()]
}

/** Status after a write: the keys given replace the stored ones; `undefined` leaves a key as it is. */
export const mergeStatus = <S extends object>(stored: S, incoming: Partial<S>): S => ({
  ...stored,
  ...jsonCopy(incoming),
})
